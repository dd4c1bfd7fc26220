// The pair of one account as it is shown: looked up or made, with its pass code derived.
#pragma once

#include <string>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/crypto/seal.h"
#include "latchkey/model/account.h"
#include "latchkey/model/audit.h"
#include "latchkey/pages/parts.h"
#include "latchkey/store/store.h"

namespace latchkey::pages {

// What is wanted of the pair of an account.
enum class PairWish {
  kShown,        // the one that is there, and no other
  kShownOrMade,  // the one that is there, or a new one where none is or can be shown again
  kRenewed,      // a new one
};

// Whether the pair is new.
enum class PairAge {
  kOld,
  kFirst,
  kReplacement,  // the one before is refused from now on
};

// A pair with its secret half.
struct UserTokenPair {
  store::UserToken token;
  SecretString pass_code;
  PairAge age = PairAge::kOld;
};

// Who makes a pair: its owner or an administrator.
struct UserTokenMaker {
  std::string user_name;
  std::string realm;
  model::Actor actor;  // the same, for the audit log
};

// Returns the pair that `owner` has, or a new one. One that another key file made cannot be shown
// again.
//
// Errors: kExpired: the pair has, and only kRenewed replaces it; kConflict: kShown, and it cannot
//         be shown again; kNotFound: kShown, and there is none; kRefused: the account is disabled
//         or was changed meanwhile; kUnavailable.
Result<UserTokenPair> user_token_pair(const Parts& parts, const crypto::Sealer& sealer,
                                      const model::Account& owner, const UserTokenMaker& maker,
                                      PairWish wish, TimePoint now);

// Returns what was done to answer with the pair, as the log says it.
std::string reason_of(const UserTokenPair& pair);

}  // namespace latchkey::pages
