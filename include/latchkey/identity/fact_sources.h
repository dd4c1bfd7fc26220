// Where what is known of a person came from, in words; for /whoami and `latchkey explain`.
#pragma once

#include <string>

#include "latchkey/model/account.h"

namespace latchkey::identity {

// Each empty where there is no such fact.
struct FactSources {
  std::string user_name;
  std::string display_name;
  std::string mail;
  std::string groups;
};

// Returns where the facts of this account were said.
FactSources sources_of(const model::Account& account);

// Returns the name of a source: `users file`, `client certificate`, `web server`, or `provider NAME`.
//
// Input: `provider`, as an account has it.
std::string source_name(const std::string& provider);

}  // namespace latchkey::identity
