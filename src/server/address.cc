#include <arpa/inet.h>
#include <sys/un.h>


#include "latchkey/server/listen.h"
#include "latchkey/wire/number.h"

namespace latchkey::server {
namespace {

constexpr std::string_view kExpected = "; write unix:/PATH, 127.0.0.1:PORT or [::1]:PORT";

std::unexpected<Error> wrong(const std::string& text, std::string_view why) {
  return fail(ErrorCode::kMalformed, "the socket `" + text + "` " + std::string(why) +
                                         std::string(kExpected));
}

Result<Address> parse_unix(const std::string& text) {
  const std::string path = text.substr(std::string_view("unix:").size());
  if (!path.starts_with('/')) return wrong(text, "has no absolute path");
  if (path.ends_with('/')) return wrong(text, "names a directory");
  if (path.find('\0') != std::string::npos) return wrong(text, "has a NUL in its path");
  // The lock beside it is a file and may be longer.
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return wrong(text, "has a path longer than 107 bytes, which the kernel cannot bind");
  }
  return UnixAddress{path};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto port = wire::read_number<std::uint16_t>(text);
  return port && *port != 0 ? port : std::nullopt;
}

bool is_numeric(int family, const std::string& host) {
  in6_addr room{};
  return inet_pton(family, host.c_str(), &room) == 1;
}

}  // namespace

Result<Address> parse_address(const std::string& text) {
  if (text.starts_with("unix:")) return parse_unix(text);
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return wrong(text, "is of no known form");
  const auto port = parse_port(std::string_view(text).substr(colon + 1));
  if (!port) return wrong(text, "has no port between 1 and 65535");
  const std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    const std::string inner = host.substr(1, host.size() - 2);
    if (!is_numeric(AF_INET6, inner)) return wrong(text, "has no IPv6 address in its brackets");
    return TcpAddress{inner, *port};
  }
  // A name could mean another machine's address tomorrow.
  if (!is_numeric(AF_INET, host)) return wrong(text, "has a name where a numeric address belongs");
  return TcpAddress{host, *port};
}

}  // namespace latchkey::server
