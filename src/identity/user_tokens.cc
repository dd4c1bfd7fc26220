#include "user_tokens.h"

#include <utility>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/user_token.h"
#include "live_user_token.h"

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
  const store::Owner& owner = found->owner;
  const store::UserTokenSettings settings =
      store::in_force(config_.user_token, found->settings);
  if (!settings.enabled) return std::nullopt;
  if (pair.user != found->name_code && pair.user != owner.profile.user_name) {
    return model::refuse(Reason::kWrongUserName, found->name_code);
  }
  LK_CHECK(check_.alive(owner, local, now));
  LK_TRY(const LiveUserToken live, live_user_token(check_, *found, settings, now));
  return ProvenUserToken{.token = *std::move(found),
                         .valid_until = live.until,
                         .membership_age = live.membership_age};
}

}  // namespace latchkey::identity
