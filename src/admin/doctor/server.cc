// Which web server answers: by its Server field, which all but HAProxy send unless told not to.
#include "report.h"
#include "latchkey/wire/chars.h"

namespace latchkey::admin::doctor {

Server server_of(std::string_view field) {
  const std::string text = wire::to_lower(field);
  if (text.starts_with("nginx") || text.starts_with("openresty")) return Server::kNginx;
  if (text.starts_with("apache")) return Server::kApache;
  if (text.starts_with("lighttpd")) return Server::kLighttpd;
  if (text.starts_with("caddy")) return Server::kCaddy;
  if (text.starts_with("haproxy")) return Server::kHaproxy;
  return Server::kUnknown;
}

std::string_view name_of(Server server) {
  switch (server) {
    case Server::kUnknown: return "unknown";
    case Server::kNginx: return "nginx";
    case Server::kApache: return "apache";
    case Server::kLighttpd: return "lighttpd";
    case Server::kCaddy: return "caddy";
    case Server::kHaproxy: return "haproxy";
  }
  return "unknown";
}

}  // namespace latchkey::admin::doctor
