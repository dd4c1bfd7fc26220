#include "latchkey/fcgi/cgi.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <span>

#include "latchkey/wire/number.h"

namespace latchkey::fcgi {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kChunkBytes = 16 * 1024;
constexpr std::chrono::seconds kDrainMax{1};

// Spec: RFC 3875 section 4.1.2: digits, or absent or empty when there is no body.
Result<std::size_t> content_length(const Params& params) {
  const std::string_view text = params.get("CONTENT_LENGTH");
  if (text.empty()) return 0;
  const auto length = wire::read_number<std::size_t>(text);
  if (!length) return fail(ErrorCode::kMalformed, "CONTENT_LENGTH is no number");
  return *length;
}

// Reads once, as soon as something is there. Returns 0 at the end.
Result<std::size_t> read_some(int fd, std::span<char> into, SteadyClock::time_point end) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - SteadyClock::now());
    if (left.count() <= 0) return fail(ErrorCode::kUnavailable, "the body took too long");
    pollfd waiting{fd, POLLIN, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return fail(ErrorCode::kMalformed, "the body cannot be read");
    if (ready <= 0) continue;
    const ssize_t got = read(fd, into.data(), into.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR && errno != EAGAIN) {
      return fail(ErrorCode::kMalformed, "the body cannot be read");
    }
  }
}

Outcome write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(ErrorCode::kUnavailable, "the web server is gone");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

CgiExchange::CgiExchange(const char* const* environment, int in_fd, int out_fd,
                         std::chrono::milliseconds receive)
    : params_(Params::from_cgi(environment)), in_fd_(in_fd), out_fd_(out_fd), receive_(receive) {}

Result<std::string> CgiExchange::read_body(std::size_t bytes_max) {
  LK_TRY(const std::size_t length, content_length(params_));
  if (length > bytes_max) return fail(ErrorCode::kMalformed, "the body is too long");
  const SteadyClock::time_point end = SteadyClock::now() + receive_;
  std::string body;
  std::array<char, kChunkBytes> chunk;
  while (body.size() < length) {
    const std::size_t wanted = std::min(chunk.size(), length - body.size());
    LK_TRY(const std::size_t got, read_some(in_fd_, std::span(chunk).first(wanted), end));
    if (got == 0) return fail(ErrorCode::kMalformed, "the body was cut off");
    body.append(chunk.data(), got);
    body_read_ = body.size();
  }
  return body;
}

// A body that came in chunks has no length for us; Apache closes behind its last byte.
std::size_t CgiExchange::unread() const {
  const Result<std::size_t> length = content_length(params_);
  if (!length) return 0;
  if (*length == 0 && !params_.get("HTTP_TRANSFER_ENCODING").empty()) return SIZE_MAX;
  return *length - std::min(*length, body_read_);
}

// Takes what was not read of the body: where descriptor 0 is a socket (Apache's mod_cgid), to end
// with something unread would reset the connection, and the answer would be lost.
void CgiExchange::drain() {
  const SteadyClock::time_point end = SteadyClock::now() + kDrainMax;
  std::array<char, kChunkBytes> chunk;
  for (std::size_t left = unread(); left > 0;) {
    const std::size_t wanted = std::min(chunk.size(), left);
    const Result<std::size_t> got = read_some(in_fd_, std::span(chunk).first(wanted), end);
    if (!got || *got == 0) return;
    left -= *got;
  }
}

Outcome CgiExchange::reply(const model::Answer& answer) {
  LK_ASSERT(!replied_);
  replied_ = true;
  const bool head = params_.get("REQUEST_METHOD") == "HEAD";
  const auto text = serialize(answer, head ? Body::kLeaveOut : Body::kSend);
  const Outcome sent = write_all(out_fd_, text.has_value() ? std::string_view(*text)
                                                           : unavailable_text());
  drain();
  if (!text.has_value()) return std::unexpected(text.error());
  return sent;
}

}  // namespace latchkey::fcgi
