// Reads the text of ldap.server: one server or several, separated by blanks.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "latchkey/config/ldap.h"

namespace latchkey::config {

// Input:  `text`, one of `host`, `host:port`, `ldap://host[:port]`, `ldaps://host[:port]`.
// Errors: a sentence that says what is wrong and what would be right.
std::expected<LdapServer, std::string> parse_ldap_server(std::string_view text);

}  // namespace latchkey::config
