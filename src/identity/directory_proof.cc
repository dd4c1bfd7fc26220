#include "directory_proof.h"

#include <utility>

namespace latchkey::identity {

using model::Reason;
using model::Step;

std::optional<DirectoryProof> DirectoryProof::make(const config::Config& config,
                                                   store::Store& store, SlowGate& gate,
                                                   Random& random,
                                                   directory::Directory* directory) {
  if (directory == nullptr || !config.ldap || !config.ldap->basic) return std::nullopt;
  return DirectoryProof(config, store, gate, random, *directory);
}

Step<directory::Person> DirectoryProof::proven(const model::BasicPair& pair,
                                               std::string_view address, TimePoint now) {
  using Kind = DirectoryVerdict::Kind;
  Result<DirectoryVerdict> verdict = passwords_.check(pair.user, pair.password, address, now);
  if (!verdict) return model::refuse(Reason::kDirectoryStale, verdict.error().detail);
  switch (verdict->kind) {
    case Kind::kGood: return std::move(verdict->person);
    case Kind::kThrottled:
      return model::refuse_for(verdict->wait, "passwords of this name or network");
    case Kind::kBusy: return model::refuse(Reason::kBusy, "too many passwords at once");
    case Kind::kWrong: break;
  }
  return model::refuse(Reason::kBadCredential, "wrong user name or password");
}

Result<model::Account> DirectoryProof::account_of(const directory::Person& person, TimePoint now) {
  Result<model::Account> known =
      store_.accounts().find_by_subject(config::kLdapName, person.user_name);
  const bool counts = known && !known->directory_gone && known->directory_until &&
                      now < *known->directory_until;
  if (!known && known.error().code != ErrorCode::kNotFound) return known;
  if (counts) {
    LK_TRY(const std::optional<model::DirectoryAnswer> last,
           store_.accounts().directory_answer(known->id));
    // Made anew under the name of somebody who is gone: nothing of theirs is this person's.
    const bool another = last && !last->unique_id.empty() && !person.unique_id.empty() &&
                         last->unique_id != person.unique_id;
    if (!another) return known;
  }
  return people_.sign_in(person, now, random_);
}

Step<model::Account> DirectoryProof::owner(const model::BasicPair& pair, std::string_view address,
                                           TimePoint now, Passwords passwords) {
  if (passwords == Passwords::kLeave) {
    const auto wait = store_.attempts().retry_after(pair.user, address, now);
    if (!wait) return model::refuse(Reason::kStoreUnavailable, wait.error().detail);
    if (*wait) return model::refuse_for(**wait, "a password that was tried before");
    return model::refuse(Reason::kBadCredential, "a password that was tried before");
  }
  LK_TRY(const directory::Person person, proven(pair, address, now));
  Result<model::Account> account = account_of(person, now);
  if (account) return *std::move(account);
  switch (account.error().code) {
    case ErrorCode::kConflict:
      return model::refuse(Reason::kBadCredential, "the name is that of another provider's person");
    case ErrorCode::kMalformed:
      return model::refuse(Reason::kBadCredential, account.error().detail);
    case ErrorCode::kRefused:
    case ErrorCode::kNotFound:
    case ErrorCode::kExpired: break;
    case ErrorCode::kUnavailable:
    case ErrorCode::kInternal:
      return model::refuse(Reason::kDirectoryStale, account.error().detail);
  }
  return model::refuse(Reason::kAccountDisabled, account.error().detail);
}

}  // namespace latchkey::identity
