#include "live_record.h"

#include <utility>

namespace latchkey::identity {

using model::Reason;

model::Step<store::PresentedCredential> live_record(store::Store& store, const OwnerCheck& check,
                                                    const RecordClaims& claims,
                                                    const Outcome& local, TimePoint now) {
  const std::string& id = claims.credential.text();
  Result<store::PresentedCredential> found = store.credentials().presented(claims.credential);
  if (!found) {
    if (found.error().code != ErrorCode::kNotFound) return unanswered(found.error());
    return model::refuse(Reason::kRevokedCredential, "no record of " + id);
  }
  const store::Owner& owner = found->owner;
  // A re-created account has another id, so its namesake's tokens stay dead.
  if (claims.account != owner.account || claims.user_name != owner.profile.user_name) {
    return model::refuse(Reason::kBadCredential, "the owner of " + id + " is another by now");
  }
  LK_CHECK(check.alive(owner, local, now));
  if (found->revoked || found->epoch != owner.epoch) {
    return model::refuse(Reason::kRevokedCredential, id);
  }
  if (now >= found->expires) return model::refuse(Reason::kExpiredCredential, id);
  return *std::move(found);
}

}  // namespace latchkey::identity
