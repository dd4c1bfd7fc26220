#include "process/fcgi_client.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "../../src/server/socket_address.h"
#include "latchkey/wire/number.h"

namespace latchkey::testing {
namespace {

constexpr std::uint8_t kBegin = 1, kEnd = 3, kParams = 4, kStdin = 5, kStdout = 6;

char byte(std::size_t value) { return static_cast<char>(value & 0xff); }

std::string length_bytes(std::size_t length) {
  if (length < 128) return {byte(length)};
  return {static_cast<char>(byte(length >> 24) | '\x80'), byte(length >> 16), byte(length >> 8),
          byte(length)};
}

// Reads exactly `bytes`, or returns nullopt at the end.
std::optional<std::string> read_exactly(int fd, std::size_t bytes, bool& any) {
  std::string text(bytes, '\0');
  std::size_t have = 0;
  while (have < bytes) {
    const ssize_t got = recv(fd, text.data() + have, bytes - have, 0);
    if (got <= 0) return std::nullopt;
    any = true;
    have += static_cast<std::size_t>(got);
  }
  return text;
}

}  // namespace

namespace {

// Records of at most 60000 bytes, and the empty one that ends them.
std::string stream(std::uint8_t type, std::string_view content) {
  constexpr std::size_t kPartBytes = 60'000;
  std::string out;
  for (; !content.empty(); content.remove_prefix(std::min(content.size(), kPartBytes))) {
    out += record(type, content.substr(0, kPartBytes));
  }
  return out + record(type, "");
}

}  // namespace

std::string record(std::uint8_t type, std::string_view content, std::uint16_t id) {
  std::string out = {1, static_cast<char>(type), byte(id >> 8), byte(id), byte(content.size() >> 8),
                     byte(content.size()), 0, 0};
  return out.append(content);
}

std::string begin_record(std::uint16_t role, bool keep, std::uint16_t id) {
  std::string content = {byte(role >> 8), byte(role), static_cast<char>(keep ? 1 : 0)};
  content.resize(8);
  return record(kBegin, content, id);
}

std::string pair_bytes(std::string_view name, std::string_view value) {
  return length_bytes(name.size()) + length_bytes(value.size()) + std::string(name) +
         std::string(value);
}

std::string request(std::string_view verb, const Ask& ask, const Pairs& more) {
  std::string params = pair_bytes("VERB", verb) + pair_bytes("REQUEST_METHOD", "GET");
  for (const auto& [name, value] : more) params += pair_bytes(name, value);
  std::string out = begin_record(ask.role, ask.keep);
  out += stream(kParams, params);
  if (ask.with_stdin) out += stream(kStdin, ask.body);
  return out;
}

UniqueFd connect_to(const std::string& where) {
  const auto parsed = server::parse_address(where);
  if (!parsed.has_value()) return {};
  const auto* local = std::get_if<server::UnixAddress>(&*parsed);
  const auto address = local != nullptr
                           ? server::SocketAddress::unix_path(local->path)
                           : server::SocketAddress::tcp(std::get<server::TcpAddress>(*parsed));
  UniqueFd fd(socket(address.get()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval limit{10, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (connect(fd.get(), address.get(), address.size()) != 0) return {};
  return fd;
}

bool send_bytes(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

int Reply::status() const {
  constexpr std::string_view kStatus = "Status: ";
  if (!text.starts_with(kStatus)) return 0;
  return wire::read_number<int>(std::string_view(text).substr(kStatus.size(), 3)).value_or(0);
}

std::string Reply::body() const {
  const std::size_t end = text.find("\r\n\r\n");
  return end == std::string::npos ? "" : text.substr(end + 4);
}

Reply read_reply(int fd) {
  Reply reply;
  for (;;) {
    const auto header = read_exactly(fd, 8, reply.any);
    if (!header) return reply;
    const auto at = [&header](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>((*header)[i]));
    };
    const auto content = read_exactly(fd, at(4) * 256 + at(5), reply.any);
    const auto padding = read_exactly(fd, at(6), reply.any);
    if (!content || !padding) return reply;
    if (at(1) == kStdout) reply.text += *content;
    if (at(1) == kEnd) {
      reply.complete = true;
      return reply;
    }
  }
}

bool is_closed(int fd) {
  char byte_read = 0;
  const ssize_t got = recv(fd, &byte_read, 1, 0);
  return got == 0 || (got < 0 && errno == ECONNRESET);
}

Reply ask(const std::string& where, std::string_view verb, const Ask& how, const Pairs& more) {
  const UniqueFd fd = connect_to(where);
  if (!fd.valid() || !send_bytes(fd.get(), request(verb, how, more))) return {};
  return read_reply(fd.get());
}

}  // namespace latchkey::testing
