// A user token as Basic: the pair of name code and pass code, or the owner's name and the pass
// code. The authorizer looks for the SHA-256 of the pass code and needs no key.
#pragma once

#include <optional>

#include "latchkey/base/clock.h"
#include "latchkey/config/config.h"
#include "latchkey/model/credential.h"
#include "latchkey/model/decision.h"
#include "latchkey/store/store.h"
#include "owner_check.h"

namespace latchkey::identity {

struct ProvenUserToken {
  store::PresentedUserToken token;
  std::optional<TimePoint> valid_until;  // nullopt: until somebody ends it
  std::optional<Seconds> membership_age;
};

class UserTokens {
 public:
  // Both outlive the object.
  UserTokens(const config::Config& config, store::Store& store)
      : config_(config), store_(store), check_(config, store) {}

  // True if the password of the pair has the form of a pass code.
  bool may_be(const model::BasicPair& pair) const;

  // Input:   `pair`, which may be one; `local`, as OwnerCheck::alive wants it.
  // Returns: the token and its owner; nullopt if no token has that pass code, or user tokens are
  //          off: then it may be a password.
  // Errors:  a refusal of a pair that was one: another name, expired, a dead owner.
  model::Step<std::optional<ProvenUserToken>> find(const model::BasicPair& pair,
                                                   const Outcome& local, TimePoint now);

 private:
  const config::Config& config_;
  store::Store& store_;
  OwnerCheck check_;
};

}  // namespace latchkey::identity
