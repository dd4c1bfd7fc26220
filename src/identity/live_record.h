// The record of an issued credential, as every token that names one must find it: the owner's as
// the token says, and alive.
#pragma once

#include <string>
#include <string_view>

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

// The same by the text of a short credential, which is nothing but the name of its record: what a
// signed token claims, the record says.
//
// Input:   `user`, the user name of Basic; null for Bearer.
// Errors:  as above; kBadCredential: a slip of the pen, or unknown; kWrongUserName.
model::Step<store::PresentedShort> live_short_record(store::Store& store, const OwnerCheck& check,
                                                     std::string_view text,
                                                     const std::string* user,
                                                     const Outcome& local, TimePoint now);

// True if the user name of Basic is somebody else's: neither the owner's, nor empty, nor `token`.
bool names_another(const std::string* user, std::string_view owner);

}  // namespace latchkey::identity
