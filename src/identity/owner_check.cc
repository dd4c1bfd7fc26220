#include "owner_check.h"

#include <algorithm>

#include "latchkey/identity/confirmation.h"
#include "latchkey/identity/directory_standing.h"
#include "latchkey/wire/time.h"

namespace latchkey::identity {

using model::Reason;
using model::Step;

std::unexpected<model::Decision> unanswered(const Error& error) {
  return model::refuse(Reason::kStoreUnavailable, error.detail);
}

Step<void> OwnerCheck::alive(const store::Owner& owner, const Outcome& local,
                             TimePoint now) const {
  if (owner.kind == store::OwnerKind::kLocal && !local) {
    if (local.error().code == ErrorCode::kNotFound) {
      return model::refuse(Reason::kAccountDisabled, "a local account, but no users file");
    }
    return unanswered(local.error());
  }
  if (owner.disabled) {
    return model::refuse(Reason::kAccountDisabled, owner.profile.user_name + " is disabled");
  }
  if (owner.expires && now >= *owner.expires) {
    return model::refuse(Reason::kExpiredCredential, "the machine user has ended");
  }
  return check_directory(config_, owner, now);
}

Step<void> OwnerCheck::read_confirmed(store::Owner& owner) const {
  const auto confirmed = store_.accounts().confirmed(owner.account);
  if (!confirmed) return unanswered(confirmed.error());
  owner.kind = confirmed->kind;
  owner.member_until = confirmed->member_until;
  owner.directory_until = confirmed->directory_until;
  return {};
}

Step<void> OwnerCheck::member(const store::Owner& owner, TimePoint now) {
  if (!owner.member_until || now < *owner.member_until) return {};
  return model::refuse(Reason::kMembershipUnconfirmed,
                       (owner.is_machine ? "the owner of " : "") + owner.profile.user_name +
                           " must sign in again since " + wire::rfc3339(*owner.member_until));
}

Step<void> OwnerCheck::member_of_credential(store::Owner& owner, TimePoint now) const {
  if (config_.membership.credentials) return member(owner, now);
  owner.member_until.reset();
  return {};
}

std::optional<TimePoint> OwnerCheck::end_of(const store::Owner& owner) {
  if (!owner.expires) return owner.member_until;
  return std::min(*owner.expires, owner.member_until.value_or(*owner.expires));
}

std::optional<Seconds> OwnerCheck::membership_age(const store::Owner& owner, TimePoint now) const {
  return confirmation_age(config_, owner.member_until, owner.directory_until, now);
}

}  // namespace latchkey::identity
