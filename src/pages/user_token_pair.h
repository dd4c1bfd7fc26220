// The pair of one account as it is shown: looked up or made, with its pass code derived.
#pragma once

#include "latchkey/base/clock.h"
#include "latchkey/base/random.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/crypto/seal.h"
#include "latchkey/model/account.h"
#include "latchkey/model/audit.h"
#include "latchkey/store/store.h"

namespace latchkey::pages {

// A pair with its secret half.
struct UserTokenPair {
  store::UserToken token;
  SecretString pass_code;
};

// Who makes a pair: its owner or an administrator.
struct UserTokenMaker {
  std::string user_name;
  std::string realm;
  model::Actor actor;  // the same, for the audit log
};

// Returns the pair that `owner` has, or a new one. One that another key file made cannot be shown
// again, so it is replaced.
//
// Errors: kRefused: the account is disabled or was changed meanwhile; kUnavailable.
Result<UserTokenPair> user_token_pair(store::Store& store, const crypto::Sealer& sealer,
                                      const model::Account& owner, const UserTokenMaker& maker,
                                      store::Renewal renewal, TimePoint now, Random& random);

}  // namespace latchkey::pages
