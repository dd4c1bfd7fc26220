// The sessions of browsers, the login states that made them, and the logout tokens that ended them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/result.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/model/account.h"
#include "latchkey/model/audit.h"
#include "latchkey/model/session.h"
#include "latchkey/store/accounts.h"
#include "latchkey/store/presented.h"

namespace latchkey::store {

struct SessionAndAccount {
  model::Session session;
  model::Account account;
};

enum class StateUsed { kNo, kYes };

// A back-channel logout that was verified: a provider's order to end sessions.
struct LogoutOrder {
  std::string_view issuer;
  std::string_view jti;
  TimePoint replay_end;  // until when the jti is remembered
  std::string_view sid;  // the provider's session; where empty, all of the person `sub`
  std::string_view sub;
};

class Sessions {
 public:
  explicit Sessions(Connection& connection);
  ~Sessions();

  // Creating and ending write their rows of the audit log with them. Who signs in is the session's
  // own account; of the others, `by` says who.

  // Creates the session and uses up the login state, both or neither.
  //
  // Input:   `token_hash`, the digest of the cookie's value; `login_state_id`, not empty;
  //          `login_state_expiry`, until when the id is remembered: the end of the state's
  //          validity.
  // Errors:  kConflict: the state made a session before; kNotFound: no such account; kUnavailable.
  Outcome create(const model::Session& session, const crypto::Digest& token_hash,
                 std::string_view login_state_id, TimePoint login_state_expiry);

  // Tells whether a login state was used, so that a reused one is refused before the provider is
  // asked.
  Result<StateUsed> state_used(std::string_view login_state_id);

  // Finds what a decision must know of the session of a cookie: its one question. Says nothing of
  // liveness: the caller compares times, epochs and `disabled`. Errors: kNotFound, kUnavailable.
  Result<PresentedSession> presented(const crypto::Digest& token_hash);

  // Finds the session of a cookie with its account, whole but for `sealed_id_token`, which is left
  // empty (it is long and only a logout wants it). Errors: kNotFound, kUnavailable.
  Result<SessionAndAccount> find(const crypto::Digest& token_hash);

  // Finds the sealed ID token of the session; empty when there was none. Errors: kNotFound,
  // kUnavailable.
  Result<std::string> sealed_id_token(std::string_view session_id);

  // Writes the last use and the new idle end. For after the reply: hardly waits for a lock, and a
  // failure is only worth a log line. A session that is gone is no error.
  Outcome touch(std::string_view session_id, TimePoint now, TimePoint idle_end);

  // Ends one session; of `end`, kNotFound if there is none. `end_by_token` may be repeated.
  Outcome end(std::string_view session_id, TimePoint now, const model::Actor& by);
  Outcome end_by_token(const crypto::Digest& token_hash, TimePoint now, const model::Actor& by);

  // Lists the sessions of one account, or of all, in the order of their ids beginning behind
  // `after`; dead ones too, until they are purged. `sealed_id_token` is left empty.
  Result<std::vector<model::Session>> list(const std::optional<AccountId>& account,
                                           std::string_view after = {},
                                           std::uint32_t limit = kListRowsMax);

  // Ends the sessions the order names and remembers its jti, both or neither: a token that was
  // remembered while the sessions live on would be refused as a replay when the provider retries.
  //
  // Returns: how many sessions there were.
  // Errors:  kConflict: the token was seen before; kUnavailable: nothing was changed.
  Result<std::int64_t> obey_logout(const LogoutOrder& order, TimePoint now,
                                   const model::Actor& by);

 private:
  Result<std::vector<model::Session>> named_by(const LogoutOrder& order);

  struct Known;
  Connection& connection_;
  std::unique_ptr<Known> known_;  // what presented() has read and nobody has changed since
};

}  // namespace latchkey::store
