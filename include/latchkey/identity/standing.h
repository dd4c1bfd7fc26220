// What the authorizer would say of somebody who is only named: for the administrator's commands,
// which must not promise what the next request is refused.
#pragma once

#include "latchkey/base/clock.h"
#include "latchkey/config/config.h"
#include "latchkey/model/account.h"
#include "latchkey/model/decision.h"
#include "latchkey/store/store.h"

namespace latchkey::identity {

// What the person is supposed to present. [membership] may let credentials outlive a membership.
enum class Presents { kSession, kCredential };

// Judges the account as the resolver judges the owner of what it found.
//
// Returns: the owner, with `member_until` and `directory_until` as they count.
// Errors:  kAccountDisabled, kExpiredCredential, kDirectoryStale, kMembershipUnconfirmed,
//          kStoreUnavailable; the detail is a sentence for the administrator.
model::Step<store::Owner> standing_of(const config::Config& config, store::Store& store,
                                      const model::Account& account, Presents presents,
                                      TimePoint now);

}  // namespace latchkey::identity
