#include "latchkey/wire/host.h"

#include <arpa/inet.h>

#include <array>

#include "latchkey/wire/chars.h"

namespace latchkey::wire {
namespace {

bool is_host_char(char c) { return is_alnum(c) || c == '-' || c == '_'; }

Result<std::string> name_from(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > kHostBytesMax) {
    return fail(ErrorCode::kMalformed, "a host that is empty or too long");
  }
  std::string_view rest = text;
  // One label more than there are dots, so that `a..b` and `.a` have an empty one.
  for (bool more = true; more;) {
    more = rest.contains('.');
    const std::string_view label = cut_at(rest, ".");
    if (label.empty() || label.size() > kHostLabelBytesMax ||
        !std::ranges::all_of(label, is_host_char)) {
      return fail(ErrorCode::kMalformed, "a host with a wrong label");
    }
  }
  return to_lower(text);
}

// Goes through the binary form, so that one address has one spelling.
Result<std::string> address_from(std::string_view inside) {
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  // inet_pton stops at a NUL and would not see what follows it.
  if (inside.contains('\0') ||
      inet_pton(AF_INET6, std::string(inside).c_str(), &address) != 1 ||
      inet_ntop(AF_INET6, &address, text.data(), text.size()) == nullptr) {
    return fail(ErrorCode::kMalformed, "a host in brackets that is no IPv6 address");
  }
  return "[" + std::string(text.data()) + "]";
}

Result<std::uint16_t> port_from(std::string_view text) {
  unsigned port = 0;
  if (text.size() > 5 || text.starts_with('0')) port = 65536;
  for (const char c : text) {
    if (!is_digit(c)) port = 65536;
    if (port < 65536) port = port * 10 + static_cast<unsigned>(c - '0');
  }
  if (port == 0 || port > 65535) return fail(ErrorCode::kMalformed, "a wrong port");
  return static_cast<std::uint16_t>(port);
}

}  // namespace

Result<Authority> parse_authority(std::string_view text) {
  if (text.size() > kHostBytesMax + sizeof(".:65535")) {
    return fail(ErrorCode::kMalformed, "a host that is too long");
  }
  Authority out;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return fail(ErrorCode::kMalformed, "a host without its ]");
    LK_TRY(out.host, address_from(text.substr(1, close - 1)));
    port = text.substr(close + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    LK_TRY(out.host, name_from(text.substr(0, colon)));
    port = text.substr(colon);
  }
  if (port.empty()) return out;
  if (port.front() != ':') return fail(ErrorCode::kMalformed, "text between host and port");
  LK_TRY(out.port, port_from(port.substr(1)));
  return out;
}

bool host_matches(std::string_view pattern, std::string_view host) {
  if (pattern.empty() || host.empty()) return false;
  if (!pattern.starts_with("*.")) return equal_ignoring_case(pattern, host);
  const std::size_t dot = host.find('.');
  if (dot == 0 || dot == std::string_view::npos || pattern.size() == 2) return false;
  return equal_ignoring_case(pattern.substr(1), host.substr(dot));
}

}  // namespace latchkey::wire
