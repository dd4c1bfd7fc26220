// The people whom a directory knows, as the store keeps them: its answers are filtered, written
// beside what the provider said, and count until they are too old. Asked at sign-in and by the
// housekeeper; decisions read the store.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/random.h"
#include "latchkey/base/result.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/config/config.h"
#include "latchkey/directory/directory.h"
#include "latchkey/model/account.h"
#include "latchkey/model/facts.h"
#include "latchkey/store/store.h"

namespace latchkey::identity {

// Somebody who has proven who they are: with `issuer` and `subject` the person, with `profile` what
// the provider says of them, filtered.
struct Arriving {
  std::string_view provider;
  std::string_view issuer;
  std::string_view subject;
  const model::Profile& profile;
};

// What a round of asking came to.
struct Refreshed {
  std::uint32_t asked = 0;
  std::vector<std::string> lost;  // the names of those who have lost everything
  std::vector<std::string> left_out;  // one sentence per value that cannot be used
  std::vector<std::string> unanswered;  // one per person of whom nothing could be learned
};

class DirectoryPeople {
 public:
  // Input: `gate`, whose place a sign-in holds while the directory is asked; `directory`, null
  //        where none is configured: then nobody is looked up. All references outlive this object.
  DirectoryPeople(const config::Config& config, store::Store& store, SlowGate& gate,
                  directory::Directory* directory)
      : config_(config), store_(store), gate_(gate), directory_(directory) {}

  // Signs somebody in, with what the directory says of them if their provider's people are looked
  // up. Slow then.
  //
  // Returns: the account with the facts that count.
  // Errors:  kNotFound: the directory refuses to know them, which has ended what they held;
  //          kConflict, kRefused: as Accounts::sign_in; kUnavailable: also when no server answers
  //          and there is no last answer that still counts.
  Result<model::Account> sign_in(const Arriving& who, TimePoint now, Random& random);

  // The same for somebody whose password the directory has taken.
  // Errors: kMalformed also: the directory's name for them cannot be a user name.
  Result<model::Account> sign_in(const directory::Person& person, TimePoint now, Random& random);

  // The same for somebody who has proven to be the one whom the directory calls `user_name`.
  // Errors: kNotFound also: it knows no such user.
  Result<model::Account> sign_in_by_name(const std::string& user_name, TimePoint now,
                                         Random& random);

  // Asks about one account and writes the answer. Errors: kUnavailable: nothing could be learned.
  Result<Refreshed> refresh(const model::Account& account, TimePoint now);

  // Asks about everybody whose answer would be too old at the next round. Trouble that is one
  // person's only does not keep the others from being asked about, and a round that ends early is
  // taken up behind whom it ended with, so that everybody has their turn.
  //
  // Input:  `may_go_on`, asked before each question; a no ends the round early.
  // Errors: kUnavailable: no server answers; the answers before that are written.
  Result<Refreshed> refresh_due(TimePoint now, const std::function<bool()>& may_go_on);

  // Asks about everybody. Errors: as above.
  Result<Refreshed> refresh_all(TimePoint now);

  // Returns how often to look who is due, so that no answer gets older than ldap.update_interval;
  // nullopt: never, as there is no directory.
  std::optional<Seconds> look_every() const;

 private:
  class Round;
  bool covers(std::string_view provider) const;
  Result<model::DirectoryAnswer> ask(std::string_view provider, const std::string& user_name,
                                     TimePoint now, std::vector<std::string>& left_out);
  Result<std::optional<model::DirectoryAnswer>> answer_about(const Arriving& who, TimePoint now);
  Result<Refreshed> refresh_up_to(TimePoint horizon, TimePoint now,
                                  const std::function<bool()>& may_go_on);

  const config::Config& config_;
  store::Store& store_;
  SlowGate& gate_;
  directory::Directory* directory_;
  AccountId reached_;  // whom a round was at that ended early; empty: the last came to its end
};

}  // namespace latchkey::identity
