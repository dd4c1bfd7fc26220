// How verbs of the store write into the audit log.
#pragma once

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/model/audit.h"
#include "store/transaction.h"

namespace latchkey::store {

// Appends the row of a change to the transaction that makes the change, so that neither is there
// without the other. For a change that takes the account away: append first, as the row names the
// user.
//
// Errors: kUnavailable; then nothing must be committed.
Outcome append_audit(Transaction& transaction, TimePoint now, const model::Actor& by,
                     const model::AuditEvent& event);

}  // namespace latchkey::store
