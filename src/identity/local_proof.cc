#include "local_proof.h"

#include <optional>
#include <utility>

#include "owner_check.h"

namespace latchkey::identity {

using model::Reason;
using model::Step;

Step<model::Account> LocalProof::account_of(const std::string& user, const crypto::Digest& entry,
                                            TimePoint now) {
  Result<model::Account> known = store_.accounts().find_by_subject(store::kLocalIssuer, user);
  if (!known && known.error().code == ErrorCode::kNotFound) {
    model::Profile profile;
    profile.user_name = user;
    known = store_.accounts().sign_in_local(profile, entry, now, random_);
  }
  if (known) return *std::move(known);
  if (known.error().code == ErrorCode::kConflict) {
    return model::refuse(Reason::kBadCredential, "the name is that of another provider's person");
  }
  if (known.error().code == ErrorCode::kRefused) {
    return model::refuse(Reason::kAccountDisabled, known.error().detail);
  }
  return unanswered(known.error());
}

Step<model::Account> LocalProof::owner(const LocalUsers& users, const model::BasicPair& pair,
                                       std::string_view address, TimePoint now,
                                       Passwords passwords) {
  const auto wait = store_.attempts().retry_after(pair.user, address, now);
  if (!wait) return unanswered(wait.error());
  if (*wait) return model::refuse_for(**wait, "passwords of this name or network");
  if (passwords == Passwords::kLeave) {
    return model::refuse(Reason::kBadCredential, "a password that was tried before");
  }
  const std::optional<SlowPass> pass = SlowPass::take(gate_);
  if (!pass) return model::refuse(Reason::kBusy, "too many passwords at once");
  const RefusalBeat beat;
  const Result<crypto::Digest> entry = users.verify(pair.user, pair.password);
  if (!entry) {
    beat.wait(beat_);
    Outcome counted = store_.attempts().record_failure(pair.user, address, now);
    if (!counted) return unanswered(counted.error());
    return model::refuse(Reason::kBadCredential, "wrong user name or password");
  }
  static_cast<void>(store_.attempts().clear(pair.user));  // a count too many harms nobody
  return account_of(pair.user, *entry, now);
}

}  // namespace latchkey::identity
