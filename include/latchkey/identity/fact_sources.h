// Where what is known of a person came from, in words; for /whoami and `latchkey explain`.
#pragma once

#include <string>

#include "latchkey/base/result.h"
#include "latchkey/model/account.h"
#include "latchkey/store/accounts.h"

namespace latchkey::identity {

// Each empty where there is no such fact.
struct FactSources {
  std::string user_name;
  std::string display_name;
  std::string mail;
  std::string groups;
};

// Returns where the facts of this account were said: `users file`, `directory`, `client
// certificate`, `web server`, or `provider NAME`; both of them where groups are of both.
// Errors: kUnavailable.
Result<FactSources> sources_of(store::Accounts& accounts, const model::Account& account);

}  // namespace latchkey::identity
