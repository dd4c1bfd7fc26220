#include "live_user_token.h"

#include <algorithm>

namespace latchkey::identity {

model::Step<LiveUserToken> live_user_token(const OwnerCheck& check,
                                           store::PresentedUserToken& token,
                                           const store::UserTokenSettings& settings,
                                           TimePoint now) {
  if (store::has_expired(token.created, settings, now)) {
    return model::refuse(model::Reason::kExpiredCredential, token.name_code);
  }
  const std::optional<Seconds> age = check.membership_age(token.owner, now);
  LK_CHECK(check.member_of_credential(token.owner, now));
  const std::optional<TimePoint> expires = store::expiry_of(token.created, settings);
  const std::optional<TimePoint> end = OwnerCheck::end_of(token.owner);
  const std::optional<TimePoint> until = expires && end ? std::min(*expires, *end)
                                         : expires      ? expires
                                                        : end;
  return LiveUserToken{.until = until, .membership_age = age};
}

}  // namespace latchkey::identity
