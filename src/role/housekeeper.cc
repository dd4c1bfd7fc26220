#include "latchkey/role/housekeeper.h"

#include <algorithm>

#include "latchkey/upkeep/records.h"

namespace latchkey::role {

template <typename Work>
Housekeeper::Done Housekeeper::once(const std::string& name, TimePoint now, Work work,
                                    Seconds retry_after) {
  const Result<store::Lease> lease = store_.tasks().take(name, holder_, now, kTaskLease);
  if (!lease) {
    log_.warn("task_failed", {{"task", name}, {"detail", lease.error().detail}});
    return Done::kNo;
  }
  if (*lease == store::Lease::kNotNow) return Done::kNo;
  const Result<Ended> outcome = work();
  if (!outcome) {
    log_.warn("task_failed", {{"task", name},
                              {"error", name_of(outcome.error().code)},
                              {"detail", outcome.error().detail}});
  }
  const TimePoint again = now + (outcome ? outcome->again : retry_after);
  const Outcome given_back = outcome && outcome->succeeded
                                 ? store_.tasks().done(name, *outcome->succeeded, again)
                                 : store_.tasks().failed(name, again);
  if (!given_back) {
    log_.warn("task_failed", {{"task", name}, {"detail", given_back.error().detail}});
  }
  return outcome ? Done::kYes : Done::kNo;
}

Housekeeper::Done Housekeeper::purge(TimePoint now, const std::function<bool()>& may_go_on) {
  return once("purge", now, [&]() -> Result<Ended> {
    LK_TRY(const store::Purged purged, store_.admin().purge_expired(now, may_go_on));
    log_.debug("purged", {{"sessions", purged.sessions},
                          {"credentials", purged.credentials},
                          {"login_states", purged.login_states},
                          {"logout_tokens", purged.logout_tokens},
                          {"attempts", purged.attempts},
                          {"device_logins", purged.device_logins}});
    return Ended{purged.complete ? kPurgeEvery : Seconds{0}, now};
  });
}

Housekeeper::Done Housekeeper::look_at(provider::Provider& provider, TimePoint now) {
  return once("provider:" + provider.name(), now, [&]() -> Result<Ended> {
    LK_TRY(const std::optional<TimePoint> fetched, provider.refresh(now));
    return Ended{kProviderLookEvery, fetched};
  });
}

Housekeeper::Done Housekeeper::ask_about_members(const provider::Provider& provider,
                                                 TimePoint now) {
  return once("membership:" + provider.name(), now, [&]() -> Result<Ended> {
    LK_TRY(const membership::RoundReport report, members_->run(provider));
    if (report.asked > 0) {
      log_.debug("membership", {{"provider", provider.name()},
                                {"confirmed", report.confirmed},
                                {"lost", report.lost},
                                {"unanswered", report.unanswered}});
    }
    return Ended{kMembershipLookEvery, report.silent ? std::nullopt : std::optional(now)};
  });
}

// A lost group counts as soon as its account is written, so nobody waits for the end of a round.
Housekeeper::Done Housekeeper::ask_directory(TimePoint now) {
  const std::optional<Seconds> every =
      people_ == nullptr ? std::nullopt : people_->look_every();
  if (!every) return Done::kNo;
  const auto work = [&]() -> Result<Ended> {
    using std::chrono::steady_clock;
    const auto end = steady_clock::now() + kDirectoryRoundMax;
    LK_TRY(const identity::Refreshed round,
           people_->refresh_due(now, [end] { return steady_clock::now() < end; }));
    for (const std::string& user : round.lost) log_.info("directory_lost", {{"user", user}});
    for (const std::string& what : round.left_out) {
      log_.info("directory_left_out", {{"detail", what}});
    }
    for (const std::string& whom : round.unanswered) {
      log_.warn("directory_unanswered", {{"detail", whom}});
    }
    log_.debug("directory_asked", {{"accounts", round.asked}});
    return Ended{*every, now};
  };
  return once("directory", now, work, *every);
}

Housekeeper::Done Housekeeper::keep_records(TimePoint now) {
  if (config_ == nullptr) return Done::kNo;
  return once("records", now, [&]() -> Result<Ended> {
    LK_CHECK(upkeep::look_after_records(store_, *config_, now));
    return Ended{kRecordsLookEvery, now};
  });
}

// The log is another file, and often on another machine: what it says of the audit log's end cannot
// be changed by whoever owns the store.
Housekeeper::Done Housekeeper::tell_audit_head(TimePoint now) {
  if (config_ == nullptr) return Done::kNo;
  return once("audit_head", now, [&]() -> Result<Ended> {
    LK_TRY(const store::AuditHead head, store_.audit().head());
    log_.info("audit_head", {{"row", head.seq}, {"chain", head.chain.hex()}});
    return Ended{kAuditHeadEvery, now};
  });
}

Seconds Housekeeper::pause() const {
  const std::optional<Seconds> every =
      people_ == nullptr ? std::nullopt : people_->look_every();
  return std::min(kHousekeepEvery, every.value_or(kHousekeepEvery));
}

std::uint32_t Housekeeper::run(const Clock& clock) {
  std::uint32_t done = purge(clock.now(), [] { return true; }) == Done::kYes ? 1 : 0;
  for (const auto& provider : providers_.all()) {
    if (look_at(*provider, clock.now()) == Done::kYes) ++done;
  }
  if (ask_directory(clock.now()) == Done::kYes) ++done;
  if (keep_records(clock.now()) == Done::kYes) ++done;
  if (tell_audit_head(clock.now()) == Done::kYes) ++done;
  if (members_ == nullptr) return done;
  for (const auto& provider : providers_.all()) {
    if (ask_about_members(*provider, clock.now()) == Done::kYes) ++done;
  }
  return done;
}

void Housekeeper::work(TimePoint now) {
  using std::chrono::steady_clock;
  const auto end = steady_clock::now() + kWorkAfterReply;
  static_cast<void>(purge(now, [end] { return steady_clock::now() < end; }));
}

}  // namespace latchkey::role
