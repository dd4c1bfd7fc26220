// The record of an issued credential, as every token that names one must find it: the owner's as
// the token says, and alive.
#pragma once

#include <string>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/model/decision.h"
#include "latchkey/store/store.h"
#include "owner_check.h"

namespace latchkey::identity {

// Whom a token with a good signature says to be of.
struct RecordClaims {
  const CredentialId& credential;
  const AccountId& account;
  const std::string& user_name;
};

// Returns: the record. Whether its owner is still a member is the caller's to ask.
// Errors:  kRevokedCredential: no record, revoked, or of an older epoch; kBadCredential: the owner
//          is another by now; kExpiredCredential; what OwnerCheck refuses; kStoreUnavailable.
model::Step<store::PresentedCredential> live_record(store::Store& store, const OwnerCheck& check,
                                                    const RecordClaims& claims,
                                                    const Outcome& local, TimePoint now);

}  // namespace latchkey::identity
