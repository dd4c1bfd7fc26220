// Whether people still belong where they came from: who is asked about them, with what grant, when,
// and what the last answer was. Every verb that takes something away raises the account's epochs in
// the same transaction, so that it holds at the next request of every worker.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/result.h"

namespace latchkey::store {

class Connection;

enum class MemberState {
  kMember,   // the last answer was a good one
  kUnknown,  // there was no answer lately, or there is nothing to ask with
  kLost,     // the provider said no
};

struct Membership {
  AccountId account;
  std::string provider;
  MemberState state = MemberState::kUnknown;
  std::string sealed_grant;     // empty: nothing to ask with
  std::int64_t generation = 0;  // of the grant: an answer to an older one changes nothing
  bool maybe_spent = false;     // the grant was sent once, and no answer came back
  std::optional<TimePoint> confirmed;  // the last good answer
  std::optional<TimePoint> asked;      // the last question
  TimePoint due{};                     // the next one
  std::optional<TimePoint> until;      // until when the last good answer counts
  std::int64_t failures = 0;           // in a row
  std::string detail;                  // of the last answer that was no good one
};

// When the next question is due, and until when the answer counts that was just given.
struct MemberTimes {
  TimePoint now{};
  TimePoint due{};
  TimePoint until{};
};

// Whom to ask about: those who hold a session or a credential that is alive, or everybody, while
// tokens count that stand in no record.
enum class Whom { kHolders, kEverybody };

// What a lost membership ends.
enum class Ends { kSessionsOnly, kEverything };

// What becomes of a grant that brought no answer.
enum class GrantAfter { kKept, kMaybeSpent, kDropped };

// One question that was granted: of an account, with the grant it had then.
struct MemberQuestion {
  const AccountId& account;
  std::int64_t generation;
};

class Memberships {
 public:
  explicit Memberships(Connection& connection) : connection_(connection) {}

  // Errors: kNotFound: nobody is asked about them; kUnavailable.
  Result<Membership> find(const AccountId& account);

  // A sign-in has shown that the person belongs here, and brought a grant to ask again with.
  Outcome signed_in(const AccountId& account, std::string_view provider,
                    std::string_view sealed_grant, const MemberTimes& times);

  // A sign-in at a provider that is not asked again: what was known goes, and so does its limit.
  Outcome signed_in_for_good(const AccountId& account);

  // Brings people and settings together: with `until`, people of that provider who signed in while
  // it was not asked are limited like those who have been asked; without, nobody is limited any
  // more. Writes only where something changes. Returns how many people it concerned.
  Result<std::int64_t> settle(std::string_view provider, TimePoint now,
                              const std::optional<TimePoint>& until);

  // Returns whom to ask about, the longest overdue first.
  Result<std::vector<AccountId>> due(std::string_view provider, Whom whom, TimePoint now,
                                     std::uint32_t limit);

  // Takes leave to ask the provider about one person: nobody else gets it until `now` + `lease`, or
  // until confirm(), postpone() or lose() gives it back. Many providers end a grant whose refresh
  // token is sent twice.
  //
  // Input:   `lease`, longer than all calls of one question can take.
  // Returns: what was known before. Its `generation` goes into the MemberQuestion of the verbs
  //          below, so that an answer about a grant that was replaced meanwhile counts for nothing.
  // Errors:  kConflict: somebody else is at it; kNotFound: nobody is asked about them;
  //          kUnavailable: the store, and nothing was taken.
  Result<Membership> take(const AccountId& account, TimePoint now, Seconds lease);

  // Marks the grant as maybe spent, before it is sent: a crash must not hide that it was.
  // Errors: kConflict: the person has signed in meanwhile; kUnavailable: do not send it.
  Outcome sending(const MemberQuestion& question);

  // Keeps the grant that has taken the old one's place. Returns its generation.
  // Errors, for these and all below: kConflict: the person has signed in meanwhile, so that the
  // answer is about a grant that nobody asks with any more; kUnavailable.
  Result<std::int64_t> keep_grant(const MemberQuestion& question, std::string_view sealed_grant);

  // A good answer.
  Outcome confirm(const MemberQuestion& question, const MemberTimes& times);

  // No answer. What counted goes on counting until its end.
  Outcome postpone(const MemberQuestion& question, TimePoint now, TimePoint due, GrantAfter grant,
                   std::string_view detail);

  // The provider says no: what the person holds ends now, and the audit log says so.
  Outcome lose(const MemberQuestion& question, TimePoint now, Ends ends, std::string_view detail);

 private:
  Outcome limit(const AccountId& account, TimePoint until);

  Connection& connection_;
};

// Returns the state's word, for example "member".
std::string_view name_of(MemberState state);

}  // namespace latchkey::store
