// The records of issued personal credentials. A token without a record here is refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/result.h"
#include "latchkey/model/account.h"
#include "latchkey/model/issued_credential.h"
#include "latchkey/store/accounts.h"
#include "latchkey/store/presented.h"

namespace latchkey::store {

struct CredentialAndAccount {
  model::IssuedCredential credential;
  model::Account account;
};

class Credentials {
 public:
  explicit Credentials(Connection& connection);
  ~Credentials();

  // Writes the record of a new credential.
  //
  // Input:   `limit`, how many live ones the owner may hold with this one; live at `created`.
  // Errors:  kConflict: the owner holds `limit` already, or the id exists; kNotFound: no such
  //          account; kRefused: the account is disabled or in a newer epoch by now; kUnavailable.
  Outcome issue(const model::IssuedCredential& credential, std::uint32_t limit);

  // Finds what a decision must know of a credential: its one question. Says nothing of liveness:
  // the caller looks at `revoked`, `expires`, the epochs and `disabled`. Errors: kNotFound,
  // kUnavailable.
  Result<PresentedCredential> presented(const CredentialId& id);

  // Finds the whole record with its owner, alive or dead. Errors: kNotFound, kUnavailable.
  Result<CredentialAndAccount> find(const CredentialId& id);

  // Revokes for ever; success means that it is on the disk. A revoked one stays revoked since the
  // first time. Errors: kNotFound: no such credential; kUnavailable: it may still be alive.
  Outcome revoke(const CredentialId& id, TimePoint now);

  // Revokes all of an account's. Returns how many were not revoked before.
  Result<std::int64_t> revoke_all(const AccountId& account, TimePoint now);

  // Lists the records of one account, or of all, in the order of their ids beginning behind
  // `after`; dead ones too, until they are purged.
  Result<std::vector<model::IssuedCredential>> list(const std::optional<AccountId>& account,
                                                    const CredentialId& after,
                                                    std::uint32_t limit = kListRowsMax);

  // Writes when, from where and by what it was used. For after the reply: does not wait for a lock,
  // and a failure is only worth a log line. A record that is gone is no error.
  Outcome touch(const CredentialId& id, TimePoint now, std::string_view from, std::string_view by);

 private:
  struct Known;
  Connection& connection_;
  std::unique_ptr<Known> known_;  // what presented() has read and nobody has changed since
};

}  // namespace latchkey::store
