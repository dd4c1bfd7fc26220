#include "live_record.h"

#include <utility>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/short_token.h"

namespace latchkey::identity {

using model::Reason;

namespace {

constexpr std::string_view kAnybodysName = "token";

// The record and its owner, as they are now.
model::Step<void> check_alive(const OwnerCheck& check, const store::PresentedCredential& credential,
                              const std::string& id, const Outcome& local, TimePoint now) {
  LK_CHECK(check.alive(credential.owner, local, now));
  if (credential.revoked || credential.epoch != credential.owner.epoch) {
    return model::refuse(Reason::kRevokedCredential, id);
  }
  if (now >= credential.expires) return model::refuse(Reason::kExpiredCredential, id);
  return {};
}

}  // namespace

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
  LK_CHECK(check_alive(check, *found, id, local, now));
  return *std::move(found);
}

model::Step<store::PresentedShort> live_short_record(store::Store& store, const OwnerCheck& check,
                                                     std::string_view text,
                                                     const std::string* user,
                                                     const Outcome& local, TimePoint now) {
  if (!crypto::is_short_token(text)) {
    return model::refuse(Reason::kBadCredential, "a short credential with a slip of the pen");
  }
  Result<store::PresentedShort> found = store.credentials().presented_short(crypto::sha256(text));
  if (!found) {
    if (found.error().code != ErrorCode::kNotFound) return unanswered(found.error());
    return model::refuse(Reason::kBadCredential, "an unknown short credential");
  }
  const std::string& id = found->id.text();
  if (names_another(user, found->credential.owner.profile.user_name)) {
    return model::refuse(Reason::kWrongUserName, id);
  }
  LK_CHECK(check_alive(check, found->credential, id, local, now));
  return *std::move(found);
}

bool names_another(const std::string* user, std::string_view owner) {
  return user != nullptr && !user->empty() && *user != kAnybodysName && *user != owner;
}

}  // namespace latchkey::identity
