// The accounts: who ever signed in, by whom they were confirmed, and which epoch they are in.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/random.h"
#include "latchkey/base/result.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/model/account.h"
#include "latchkey/model/audit.h"
#include "latchkey/model/facts.h"
#include "latchkey/store/presented.h"

namespace latchkey::store {

class Connection;
class Transaction;

// One line of the users file: the name and the digest of its entry, which changes with the
// password.
struct LocalEntry {
  std::string name;
  crypto::Digest digest;
};

// Issuer and provider of people from the users file; their subject is their user name.
inline constexpr std::string_view kLocalIssuer = "local";

// The sources of facts about a person.
inline constexpr std::string_view kProviderSource = "provider";
inline constexpr std::string_view kDirectorySource = "directory";

// Somebody about whom the directory has to be asked.
struct DirectoryDue {
  AccountId id;
  std::string provider;
  std::string user_name;
  bool was_asked = false;  // it has answered before
};

// What the directory has answered about one account.
struct DirectoryNews {
  AccountId account;
  model::DirectoryAnswer answer;
};

// Who confirms a person, and until when the last answers count; nullopt: for ever, or nobody is
// asked.
struct Confirmed {
  OwnerKind kind = OwnerKind::kProviders;
  std::optional<TimePoint> member_until;
  std::optional<TimePoint> directory_until;
};

// The most rows one listing gives; ask again with `after` for more.
inline constexpr std::uint32_t kListRowsMax = 1000;

class Accounts {
 public:
  explicit Accounts(Connection& connection) : connection_(connection) {}

  // Each finds one account, whatever its state: the caller looks at `disabled` and the epochs.
  // `name` and `subject` are compared byte by byte. Errors: kNotFound, kUnavailable.
  Result<model::Account> find(const AccountId& id);
  Result<model::Account> find_by_name(std::string_view name);
  Result<model::Account> find_by_subject(std::string_view issuer, std::string_view subject);

  // Creates the account of (issuer, subject), or refreshes its profile.
  //
  // Input:   `profile`, as filtered by identity/; `user_name` is not empty. `directory`, what the
  //          directory says of them; null: they are not looked up there.
  // Returns: the account as stored, with the facts that count.
  // Errors:  kConflict: the user name (whatever the case of its letters) is another account's;
  //          kRefused: the account is disabled; kUnavailable.
  Result<model::Account> sign_in(std::string_view provider, std::string_view issuer,
                                 std::string_view subject, const model::Profile& profile,
                                 TimePoint now, Random& random,
                                 const model::DirectoryAnswer* directory = nullptr);

  // Writes what the provider says of a person when it is asked again; the user name stays, as
  // credentials name it. Errors: kNotFound, kUnavailable.
  Outcome confirm_profile(const AccountId& id, const model::Profile& profile, TimePoint now);

  // As sign_in, for a person of the users file (provider and issuer "local", subject the user
  // name), remembering the entry that proved the password, so that a later sync_local can tell a
  // change.
  Result<model::Account> sign_in_local(const model::Profile& profile,
                                       const crypto::Digest& entry_digest, TimePoint now,
                                       Random& random);

  // Returns what one source said of the person.
  // Errors: kNotFound: nothing; kUnavailable.
  Result<model::Facts> facts(const AccountId& id, std::string_view source);

  // Returns the directory's last answer; nullopt: it was never asked. Errors: kNotFound,
  // kUnavailable.
  Result<std::optional<model::DirectoryAnswer>> directory_answer(const AccountId& id);

  // Writes what the directory has answered, and the facts that count from now on, in one
  // transaction. Who has lost their entry loses sessions and credentials with it. Accounts that are
  // gone by now are left out.
  // Returns: the accounts that have lost everything.
  Result<std::vector<AccountId>> take_in(std::span<const DirectoryNews> news);

  // Returns what counts for an account: a person's own, or that of a machine user's owner.
  // Errors: kNotFound, kUnavailable.
  Result<Confirmed> confirmed(const AccountId& id);

  // Lists accounts whose last answer is not younger than `horizon`, and those without any, in the
  // order of their ids, beginning behind `after`.
  Result<std::vector<DirectoryDue>> directory_due(TimePoint horizon, const AccountId& after,
                                                  std::uint32_t limit = kListRowsMax);

  // Forgets what the directory said of somebody who is no longer looked up there; the provider's
  // word counts again. Errors: kUnavailable.
  Outcome forget_directory(const AccountId& id);

  // Each of the changes below writes its row of the audit log with it: `by` says who.

  // Ends everything the person holds and refuses new sign-ins; `enable` lets them sign in again,
  // reviving nothing. Both may be repeated. Errors: kNotFound, kUnavailable; kRefused for enabling
  // a machine user, which Machines::assign does.
  Outcome disable(const AccountId& id, TimePoint now, const model::Actor& by);
  Outcome enable(const AccountId& id, TimePoint now, const model::Actor& by);

  // Ends all sessions (raises the session epoch), or sessions and credentials (both epochs).
  // Errors: kNotFound, kUnavailable.
  Outcome end_sessions(const AccountId& id, TimePoint now, const model::Actor& by);
  Outcome end_everything(const AccountId& id, TimePoint now, const model::Actor& by);

  // Deletes the account with its sessions and credentials. Whoever comes back under the same name
  // gets a new id, so nothing old is theirs. Errors: kNotFound, kUnavailable.
  Outcome remove(const AccountId& id, TimePoint now, const model::Actor& by);

  // Lists accounts in the order of their ids, beginning behind `after` (empty: at the first).
  Result<std::vector<model::Account>> list(const AccountId& after,
                                           std::uint32_t limit = kListRowsMax);

  // Compares the local accounts with the users file: a changed entry ends the sessions, a vanished
  // user loses sessions and credentials, and a user who came back is a new person. Writes only
  // when there is a difference, so that each worker may call it when the file's stamp changes.
  //
  // Input:   `entries`, the whole file.
  // Errors:  kUnavailable: then what the old file allowed must not be believed.
  Outcome sync_local(std::span<const LocalEntry> entries, TimePoint now);

 private:
  struct SigningIn;
  enum class Lost { kNo, kYes };
  Outcome write_sources(const SigningIn& who, const AccountId& id);
  Result<Lost> take_in_one(const AccountId& id, const model::DirectoryAnswer& answer);
  Outcome write_answer(const AccountId& id, const model::DirectoryAnswer& answer, Lost lost);
  Outcome write_no_answer(const AccountId& id);
  Outcome write_facts(const AccountId& id, std::string_view source, const model::Facts& facts);
  Outcome write_provider_facts(const AccountId& id, const model::Profile& profile);
  Outcome drop_facts(const AccountId& id, std::string_view source);
  Result<model::Account> admit(const SigningIn& who, TimePoint now, Random& random);
  Result<std::optional<AccountId>> still_the_same_person(Transaction& transaction,
                                                         const SigningIn& who, TimePoint now);
  Outcome write_profile(const SigningIn& who, const std::optional<AccountId>& known, TimePoint now,
                        Random& random);

  Connection& connection_;
};

}  // namespace latchkey::store
