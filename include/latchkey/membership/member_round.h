// One round of the housekeeper through everybody about whom it is time to ask.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "latchkey/base/clock.h"
#include "latchkey/membership/member_check.h"
#include "latchkey/telemetry/log.h"

namespace latchkey::membership {

// How many people one round asks about, and for how long it goes on; the rest is due in the next.
constexpr std::uint32_t kRoundPeopleMax = 500;
constexpr Seconds kRoundMax{60};
// So many questions in a row without an answer end a provider's round: one that hangs would else
// hold up everything that comes after it.
constexpr int kUnansweredMax = 3;

struct RoundReport {
  int asked = 0;
  int confirmed = 0;
  int lost = 0;
  int unanswered = 0;
  // The provider itself was silent to every question of this round, or, where there was none, of
  // the last one that had any.
  bool silent = false;
};

class MemberRound {
 public:
  // `clock` and `log` outlive this object; `may_go_on` is asked before each question.
  MemberRound(const MemberParts& parts, const Clock& clock, const telemetry::Log& log,
              std::function<bool()> may_go_on = [] { return true; })
      : parts_(parts), check_(parts), clock_(clock), log_(log), may_go_on_(std::move(may_go_on)) {}

  // Asks `provider` about all who are due. Each finding that takes something away is logged.
  // Nobody being due says nothing of the provider, so a report repeats what was found out last.
  // Errors: kUnavailable: the store.
  Result<RoundReport> run(const provider::Provider& provider);

 private:
  Outcome bring_up_to_date(const provider::Provider& provider, TimePoint now);
  void count(const Finding& finding, RoundReport& report);
  Result<RoundReport> ask_all_due(const provider::Provider& provider, TimePoint start);

  MemberParts parts_;
  MemberCheck check_;
  const Clock& clock_;
  const telemetry::Log& log_;
  std::function<bool()> may_go_on_;
  std::map<std::string, TimePoint, std::less<>> quiet_until_;  // by provider: its rate limit
  std::set<std::string, std::less<>> silent_;  // providers that answered nothing lately
  int answers_ = 0;                            // of the provider in this round
  int silences_ = 0;
};

}  // namespace latchkey::membership
