// Nexus' user tokens: the pair of each account, the tickets that fetch it, and what administrators
// set about all of them. A pair dies with its account and with the account's credential epoch.
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
#include "latchkey/config/user_token.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/model/account.h"
#include "latchkey/model/audit.h"
#include "latchkey/store/presented.h"

namespace latchkey::store {

class Connection;

// A pair without its pass code, which is kept nowhere.
struct UserToken {
  AccountId account;
  std::string name_code;        // 8 characters, unique
  std::int64_t generation = 0;  // what its pass code is derived with
  crypto::Digest pass_hash;     // SHA-256 of the pass code
  TimePoint created{};
  std::string created_by;  // user name of the owner or of an administrator
  std::string created_by_realm;
  std::optional<TimePoint> last_used;  // written coarsely, after the reply
  std::string last_used_from;
  std::string last_used_by;
};

struct UserTokenAndAccount {
  UserToken token;
  model::Account account;
};

// Which pairs are listed: of one realm (empty: of all) and made after `made_after`.
struct UserTokenFilter {
  std::string realm{};
  TimePoint made_after{Seconds(-1)};
  std::int64_t skip = 0;
  std::int64_t limit = 25;
};

// How long a ticket is good, and how many somebody may hold at a time.
inline constexpr Seconds kTicketLifetime{20};
inline constexpr std::int64_t kTicketsMax = 100;

// Whether a pair that is there is kept or replaced.
enum class Renewal { kKeep, kReplace };

// What an administrator changes; nullopt leaves a setting as it is.
struct UserTokenChange {
  std::optional<bool> enabled{};
  std::optional<bool> protect_content{};
  std::optional<bool> expiration_enabled{};
  std::optional<std::uint32_t> expiration_days{};
};

// Returns what is in force: the words of the file, and where it has none, those of the store.
UserTokenSettings in_force(const config::UserToken& file, const UserTokenSettings& stored);

// Returns when a pair ends: so many days after it was made, or nullopt where there is no end.
std::optional<TimePoint> expiry_of(TimePoint created, const UserTokenSettings& settings);

// True from the moment on at which a pair ends.
bool has_expired(TimePoint created, const UserTokenSettings& settings, TimePoint now);

class UserTokens {
 public:
  explicit UserTokens(Connection& connection);
  ~UserTokens();

  // Finds what a decision must know of a pair: its one question. Says nothing of liveness: the
  // caller looks at the settings, at the age and at the owner. Errors: kNotFound, kUnavailable.
  Result<PresentedUserToken> presented(const crypto::Digest& pass_hash);

  // Finds the pair of an account. Errors: kNotFound, kUnavailable.
  Result<UserToken> find(const AccountId& account);

  // Writes a pair for its account, or keeps the one that is there.
  //
  // Input:   `epoch`, the account's credential epoch as the caller knows it.
  // Returns: the pair that is there now.
  // Errors:  kNotFound: no such account; kRefused: it is disabled, over, or in a newer epoch by
  //          now; kUnavailable.
  Result<UserToken> make(const UserToken& token, std::int64_t epoch, Renewal renewal,
                         const model::Actor& by);

  // Ends a pair; success means that it is on the disk. Errors: kNotFound, kUnavailable.
  Outcome reset(const AccountId& account, TimePoint now, const model::Actor& by);

  // Ends all pairs. Returns how many there were.
  Result<std::int64_t> reset_all(TimePoint now, const model::Actor& by);

  // Lists pairs in the order of their accounts' ids.
  Result<std::vector<UserTokenAndAccount>> list(const UserTokenFilter& filter);

  // Writes when, from where and by what it was used, as Credentials::touch does; the first use has
  // a row in the audit log.
  Outcome touch(const AccountId& account, TimePoint now, std::string_view from,
                std::string_view by);

  // Keeps a ticket for its account, and forgets the expired ones of all.
  // Errors: kConflict: the account holds kTicketsMax; kNotFound: no such account; kUnavailable.
  Outcome add_ticket(const crypto::Digest& ticket_hash, const AccountId& account, TimePoint now);

  // Uses up a ticket. One of somebody else stays as it is.
  // Errors: kNotFound: no such ticket of this account, used before, or more than kTicketLifetime
  //         old; kUnavailable: it may still be good.
  Outcome redeem_ticket(const crypto::Digest& ticket_hash, const AccountId& account,
                        TimePoint now);

  // What administrators have set, whatever the file says. Errors: kUnavailable.
  Result<UserTokenSettings> settings();

  // What is in force with the words of `file`. Errors: kUnavailable.
  Result<UserTokenSettings> settings(const config::UserToken& file);

  // Changes what administrators have set. What is set already is no change, and the audit log has
  // no row of it.
  //
  // Returns: what is set now; two changes at a time are one after the other, and none is lost.
  // Errors:  kUnavailable: nothing was changed.
  Result<UserTokenSettings> set(const UserTokenChange& change, TimePoint now,
                                const model::Actor& by);

 private:
  struct Known;
  Connection& connection_;
  std::unique_ptr<Known> known_;  // what presented() has read and nobody has changed since
};

}  // namespace latchkey::store
