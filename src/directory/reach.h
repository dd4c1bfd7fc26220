// Why a server cannot be reached, in words: libldap says the same for every cause.
#pragma once

#include <chrono>
#include <string>

#include "latchkey/config/ldap.h"

namespace latchkey::directory {

// Tries to reach the server's port. Returns what is in the way, for example "unknown host" or
// "Connection refused"; a sentence to that effect if nothing is now.
std::string why_unreachable(const config::LdapServer& server, std::chrono::milliseconds patience);

}  // namespace latchkey::directory
