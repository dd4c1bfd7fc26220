#include "latchkey/membership/member_round.h"

namespace latchkey::membership {

using store::MemberState;

namespace {

bool vouches_for(const config::Vouching& vouching, const std::string& provider) {
  return vouching.enabled && vouching.same_people_as == provider;
}

// Old tokens of nexus-proxy are in no record of ours; whom a web server names holds nothing.
store::Whom whom_to_ask(const config::Config& config, const std::string& provider, TimePoint now) {
  const bool unrecorded = now < config.legacy.until || vouches_for(config.certificate, provider) ||
                          vouches_for(config.remote_user, provider);
  return unrecorded ? store::Whom::kEverybody : store::Whom::kHolders;
}

}  // namespace

// The configuration may have begun or ceased to ask since these people signed in.
Outcome MemberRound::bring_up_to_date(const provider::Provider& provider, TimePoint now) {
  std::optional<TimePoint> until;
  if (config::asks_provider(provider.verifier())) {
    until = now + parts_.config.membership.age_max();
  }
  LK_TRY(const std::int64_t concerned,
         parts_.store.memberships().settle(provider.name(), now, until));
  const telemetry::Fields fields{{"provider", provider.name()}, {"people", concerned}};
  if (concerned > 0 && until) log_.info("membership_begins", fields);
  if (concerned > 0 && !until) log_.info("membership_ceases", fields);
  return {};
}

void MemberRound::count(const Finding& finding, RoundReport& report) {
  ++report.asked;
  if (finding.asked == Asked::kProvider) {
    ++(finding.state == MemberState::kUnknown ? silences_ : answers_);
  }
  switch (finding.state) {
    case MemberState::kMember: ++report.confirmed; return;
    case MemberState::kLost:
      ++report.lost;
      log_.info("membership_lost", {{"user", finding.user}, {"detail", finding.detail}});
      return;
    case MemberState::kUnknown: break;
  }
  ++report.unanswered;
  log_.warn("membership_unknown", {{"user", finding.user}, {"detail", finding.detail}});
}

Result<RoundReport> MemberRound::run(const provider::Provider& provider) {
  const TimePoint start = clock_.now();
  LK_CHECK(bring_up_to_date(provider, start));
  if (!config::asks_provider(provider.verifier())) return RoundReport{};
  answers_ = silences_ = 0;
  LK_TRY(RoundReport report, ask_all_due(provider, start));
  if (answers_ > 0) silent_.erase(provider.name());
  else if (silences_ > 0) silent_.insert(provider.name());
  report.silent = silent_.contains(provider.name());
  return report;
}

Result<RoundReport> MemberRound::ask_all_due(const provider::Provider& provider, TimePoint start) {
  RoundReport report;
  const auto quiet = quiet_until_.find(provider.name());
  if (quiet != quiet_until_.end() && start < quiet->second) return report;
  const store::Whom whom = whom_to_ask(parts_.config, provider.name(), start);
  LK_TRY(const std::vector<AccountId> people,
         parts_.store.memberships().due(provider.name(), whom, start, kRoundPeopleMax));
  int unanswered_in_a_row = 0;
  for (const AccountId& person : people) {
    const TimePoint now = clock_.now();
    if (now - start >= kRoundMax || unanswered_in_a_row >= kUnansweredMax) break;
    if (!may_go_on_()) break;
    const Result<Finding> finding = check_.ask(person, now);
    if (!finding) {
      // Somebody was quicker, or removed the account: nothing is to be done.
      const ErrorCode code = finding.error().code;
      if (code == ErrorCode::kConflict || code == ErrorCode::kNotFound) continue;
      return std::unexpected(finding.error());
    }
    count(*finding, report);
    const bool answered = finding->state != MemberState::kUnknown;
    unanswered_in_a_row = answered ? 0 : unanswered_in_a_row + 1;
    if (finding->wait > Seconds(0)) {
      quiet_until_[provider.name()] = now + finding->wait;
      break;
    }
  }
  return report;
}

}  // namespace latchkey::membership
