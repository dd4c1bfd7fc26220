// What every kind of credential ends with: is its owner still somebody here. Asked of the row that
// was just read, so that disabling, a lost membership and a changed users file count at the very
// next request, whatever was presented.
#pragma once

#include <optional>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/config/config.h"
#include "latchkey/model/decision.h"
#include "latchkey/store/store.h"

namespace latchkey::identity {

// Returns the refusal of a question that the store could not answer.
std::unexpected<model::Decision> unanswered(const Error& error);

class OwnerCheck {
 public:
  // Both outlive the check.
  OwnerCheck(const config::Config& config, store::Store& store) : config_(config), store_(store) {}

  // Input:  `local`, what the users file's watch said before the store was asked, for its findings
  //         must be in the store by then.
  // Errors: kAccountDisabled, kDirectoryStale, kStoreUnavailable; kExpiredCredential: a machine
  //         user is past its end, and with it whatever it holds.
  model::Step<void> alive(const store::Owner& owner, const Outcome& local, TimePoint now) const;

  // Fills in who confirms an owner of whom no session and no credential of ours was read, and until
  // when; before the checks. Errors: kStoreUnavailable.
  model::Step<void> read_confirmed(store::Owner& owner) const;

  // What the housekeeper last heard of the person, and until when that counts.
  // Errors: kMembershipUnconfirmed.
  static model::Step<void> member(const store::Owner& owner, TimePoint now);

  // The same for a credential for programs: [membership] may let those outlive a lost membership,
  // and then their owner has no such end.
  model::Step<void> member_of_credential(store::Owner& owner, TimePoint now) const;

  // When the owner ends unless somebody says otherwise: the membership, or a machine user itself;
  // nullopt where neither has an end.
  static std::optional<TimePoint> end_of(const store::Owner& owner);

  // How long ago the provider confirmed the person; nullopt where nobody is asked.
  std::optional<Seconds> membership_age(const store::Owner& owner, TimePoint now) const;

 private:
  const config::Config& config_;
  store::Store& store_;
};

}  // namespace latchkey::identity
