#include "user_tokens.h"

#include <algorithm>
#include <utility>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/user_token.h"

namespace latchkey::identity {

using model::Reason;
using model::Step;

bool UserTokens::may_be(const model::BasicPair& pair) const {
  return config_.user_token.enabled && crypto::may_be_pass_code(pair.password.reveal());
}

Step<std::optional<ProvenUserToken>> UserTokens::find(const model::BasicPair& pair,
                                                      const Outcome& local, TimePoint now) {
  Result<store::PresentedUserToken> found =
      store_.user_tokens().presented(crypto::sha256(pair.password.reveal()));
  if (!found && found.error().code != ErrorCode::kNotFound) return unanswered(found.error());
  if (!found) return std::nullopt;
  store::Owner& owner = found->owner;
  const store::UserTokenSettings settings =
      store::in_force(config_.user_token, found->settings);
  if (!settings.enabled) return std::nullopt;
  if (pair.user != found->name_code && pair.user != owner.profile.user_name) {
    return model::refuse(Reason::kWrongUserName, found->name_code);
  }
  LK_CHECK(check_.alive(owner, local, now));
  const std::optional<TimePoint> expires = store::expiry_of(found->created, settings);
  if (expires && now >= *expires) {
    return model::refuse(Reason::kExpiredCredential, found->name_code);
  }
  const auto age = check_.membership_age(owner, now);
  LK_CHECK(check_.member_of_credential(owner, now));
  const std::optional<TimePoint> end = OwnerCheck::end_of(owner);
  const std::optional<TimePoint> until = expires && end ? std::min(*expires, *end)
                                         : expires      ? expires
                                                        : end;
  return ProvenUserToken{
      .token = *std::move(found), .valid_until = until, .membership_age = age};
}

}  // namespace latchkey::identity
