// What both ways to present a user token ask of it, as a pair and within a token for Docker: the
// age of the pair and the membership of its owner.
#pragma once

#include <optional>

#include "latchkey/base/clock.h"
#include "latchkey/model/decision.h"
#include "latchkey/store/store.h"
#include "owner_check.h"

namespace latchkey::identity {

struct LiveUserToken {
  std::optional<TimePoint> until;  // nullopt: until somebody ends it
  std::optional<Seconds> membership_age;
};

// Input:  `token`, whose owner was found alive; `settings`, in force, with user tokens switched on.
// Errors: kExpiredCredential; what OwnerCheck refuses.
model::Step<LiveUserToken> live_user_token(const OwnerCheck& check,
                                           store::PresentedUserToken& token,
                                           const store::UserTokenSettings& settings,
                                           TimePoint now);

}  // namespace latchkey::identity
