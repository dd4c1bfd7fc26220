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
#include "latchkey/crypto/digest.h"
#include "latchkey/model/account.h"
#include "latchkey/model/audit.h"
#include "latchkey/model/issued_credential.h"
#include "latchkey/store/accounts.h"
#include "latchkey/store/presented.h"

namespace latchkey::store {

struct CredentialAndAccount {
  model::IssuedCredential credential;
  model::Account account;
};

// The credentials of one person that are worth showing.
struct Shown {
  std::vector<model::IssuedCredential> live;
  std::vector<model::IssuedCredential> dead;
};

class Credentials {
 public:
  explicit Credentials(Connection& connection);
  ~Credentials();

  // Each change below writes its row of the audit log with it: `by` says who.

  // Writes the record of a new credential.
  //
  // Input:   `limit`, how many live ones the owner may hold with this one; live at `created`, and
  //          not counting those that another has replaced. `short_token`, the digest of a short
  //          credential's text; nullopt for a signed one. `login`, the code of the device login
  //          that it is given for and that is used up with it; nullopt: none.
  // Errors:  kConflict: `limit` is reached, or the id exists; kNotFound: no such account or login;
  //          kRefused: the account is disabled or in a newer epoch by now, or it ends before the
  //          credential would; kUnavailable.
  Outcome issue(const model::IssuedCredential& credential, std::uint32_t limit,
                const model::Actor& by,
                const std::optional<crypto::Digest>& short_token = std::nullopt,
                const std::optional<crypto::Digest>& login = std::nullopt);

  // Writes the record of a credential that replaces `old` of the same owner, which ends at `end`
  // or earlier.
  //
  // Errors:  as issue; kConflict also: `old` was replaced before, or the owner has `limit` replaced
  //          ones besides that have not ended yet; kRefused also: `old` is dead.
  Outcome replace(const CredentialId& old, TimePoint end, const model::IssuedCredential& credential,
                  std::uint32_t limit, const model::Actor& by,
                  const std::optional<crypto::Digest>& short_token = std::nullopt);

  // Finds what a decision must know of a credential: its one question. Says nothing of liveness:
  // the caller looks at `revoked`, `expires`, the epochs and `disabled`. Errors: kNotFound,
  // kUnavailable.
  Result<PresentedCredential> presented(const CredentialId& id);

  // The same by the text of a short credential.
  Result<PresentedShort> presented_short(const crypto::Digest& token);

  // Finds the whole record with its owner, alive or dead. Errors: kNotFound, kUnavailable.
  Result<CredentialAndAccount> find(const CredentialId& id);

  // Revokes for ever; success means that it is on the disk. A revoked one stays revoked since the
  // first time. Errors: kNotFound: no such credential; kUnavailable: it may still be alive.
  Outcome revoke(const CredentialId& id, TimePoint now, const model::Actor& by);

  // Revokes all of an account's. Returns how many were not revoked before.
  Result<std::int64_t> revoke_all(const AccountId& account, TimePoint now,
                                  const model::Actor& by);

  // Lists the records of one account, or of all, in the order of their ids beginning behind
  // `after`; dead ones too, until they are purged.
  Result<std::vector<model::IssuedCredential>> list(const std::optional<AccountId>& account,
                                                    const CredentialId& after,
                                                    std::uint32_t limit = kListRowsMax);

  // Lists what the page shows of one account, which costs the same whatever else it ever had: the
  // live ones, in the order in which they end; and the newest `dead_max` of the dead ones.
  Result<Shown> shown(const model::Account& account, TimePoint now, std::uint32_t dead_max);

  // Writes when, from where and by what it was used. For after the reply: hardly waits for a lock,
  // and a failure is only worth a log line. The first use has its row in the audit log. A record
  // that is gone is no error.
  Outcome touch(const CredentialId& id, TimePoint now, std::string_view from, std::string_view by);

 private:
  struct Known;
  Connection& connection_;
  std::unique_ptr<Known> known_;  // what presented() has read and nobody has changed since
};

}  // namespace latchkey::store
