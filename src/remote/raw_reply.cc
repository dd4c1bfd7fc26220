// The reading side of a probe: what a server answered, whatever it is.
#include <charconv>

#include "latchkey/remote/probe.h"
#include "latchkey/wire/chars.h"

namespace latchkey::remote {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kBlockEnd = "\r\n\r\n";

template <typename Number>
std::optional<Number> number_of(std::string_view text, int base) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return number;
}

// Takes one line off `text`, without its end; nullopt when none is whole.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find(kLineEnd);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + kLineEnd.size());
  return line;
}

RawReply read_head(std::string_view head) {
  RawReply reply;
  head.remove_suffix(kLineEnd.size());
  const std::string_view status_line = take_line(head).value_or(head);
  const std::size_t blank = status_line.find(' ');
  if (status_line.starts_with("HTTP/") && blank != std::string_view::npos) {
    reply.status = number_of<int>(status_line.substr(blank + 1), 10).value_or(0);
  }
  while (const auto line = take_line(head)) {
    const std::size_t colon = line->find(':');
    if (colon == std::string_view::npos) continue;
    reply.fields.push_back({std::string(line->substr(0, colon)),
                            std::string(wire::trim_blanks(line->substr(colon + 1)))});
  }
  return reply;
}

// Appends the chunks that are whole to `body`. Returns true once the last one has come.
bool take_chunks(std::string_view rest, std::string& body) {
  while (const auto line = take_line(rest)) {
    const auto size = number_of<std::size_t>(*line, 16);
    if (!size || *size == 0) return true;
    body.append(rest.substr(0, *size));
    if (rest.size() < *size + kLineEnd.size()) return false;
    rest.remove_prefix(*size + kLineEnd.size());
  }
  return false;
}

// Puts the body in. Returns true if all of it is there.
bool take_body(std::string_view rest, Body expected, RawReply& reply) {
  const bool none = expected == Body::kNone || reply.status == 101 || reply.status == 204 ||
                    reply.status == 304;
  if (none) return true;
  if (wire::equal_ignoring_case(reply.first("Transfer-Encoding"), "chunked")) {
    return take_chunks(rest, reply.body);
  }
  const auto length = number_of<std::size_t>(reply.first("Content-Length"), 10);
  reply.body = std::string(length ? rest.substr(0, *length) : rest);
  return length && rest.size() >= *length;
}

}  // namespace

std::vector<std::string> RawReply::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const Field& field : fields) {
    if (wire::equal_ignoring_case(field.name, name)) values.push_back(field.value);
  }
  return values;
}

std::string RawReply::first(std::string_view name) const {
  for (const Field& field : fields) {
    if (wire::equal_ignoring_case(field.name, name)) return field.value;
  }
  return {};
}

std::optional<RawReply> read_reply(std::string_view bytes, Body body, More more) {
  while (true) {
    const std::size_t end = bytes.find(kBlockEnd);
    if (end == std::string_view::npos) {
      return more == More::kNever ? std::optional(RawReply()) : std::nullopt;
    }
    RawReply reply = read_head(bytes.substr(0, end + kBlockEnd.size()));
    bytes.remove_prefix(end + kBlockEnd.size());
    if (reply.status >= 100 && reply.status < 200 && reply.status != 101) continue;
    if (take_body(bytes, body, reply) || more == More::kNever) return reply;
    return std::nullopt;
  }
}

}  // namespace latchkey::remote
