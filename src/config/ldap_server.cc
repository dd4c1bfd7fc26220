#include "config/ldap_server.h"

#include <algorithm>

#include "config/value.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/host.h"

namespace latchkey::config {
namespace {

constexpr std::uint16_t kLdapPort = 389;
constexpr std::uint16_t kLdapsPort = 636;

// Takes `prefix` off the beginning of `text`, whatever the case of its letters.
bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!wire::equal_ignoring_case(text.substr(0, prefix.size()), prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::string LdapServer::url() const {
  return (scheme == LdapScheme::kLdaps ? "ldaps://" : "ldap://") + host + ":" +
         std::to_string(port);
}

bool Ldap::covers(std::string_view provider) const {
  return provider == kLdapName || std::ranges::find(providers, provider) != providers.end();
}

std::expected<LdapServer, std::string> parse_ldap_server(std::string_view text) {
  LdapServer server;
  std::string_view rest = text;
  if (take_prefix(rest, "ldaps://")) {
    server.scheme = LdapScheme::kLdaps;
  } else if (!take_prefix(rest, "ldap://") && rest.contains("://")) {
    return std::unexpected("names " + shown(text) + "; must begin with ldap:// or ldaps://");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto authority = wire::parse_authority(rest);
  if (!authority) {
    return std::unexpected("names " + shown(text) +
                           ", which is no server; must be a host, host:port, ldap://host or "
                           "ldaps://host (the base belongs to ldap.root_dn)");
  }
  server.host = authority->host;
  server.port =
      authority->port.value_or(server.scheme == LdapScheme::kLdaps ? kLdapsPort : kLdapPort);
  return server;
}

}  // namespace latchkey::config
