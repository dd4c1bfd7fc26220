// What has to be done now and then: expired rows go, providers' keys are fetched before they are
// too old. Every task is leased in the store, so that of many processes one does it; expiry is
// judged at each decision, so a missed run can only refuse.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "latchkey/base/clock.h"
#include "latchkey/identity/directory_people.h"
#include "latchkey/membership/member_round.h"
#include "latchkey/provider/provider_set.h"
#include "latchkey/role/responder.h"
#include "latchkey/store/store.h"
#include "latchkey/telemetry/log.h"

namespace latchkey::role {

constexpr Seconds kPurgeEvery{600};
constexpr Seconds kProviderLookEvery{300};
constexpr Seconds kTaskRetryAfter{60};
// For how long a process without a pool may go on after its reply: the next request waits for it.
constexpr std::chrono::milliseconds kWorkAfterReply{200};
constexpr Seconds kTaskLease{120};
// How long one round of asking the directory may take: well within the lease.
constexpr Seconds kDirectoryRoundMax{60};

constexpr Seconds kRecordsLookEvery{60};
constexpr Seconds kAuditHeadEvery{3600};

// Who is due is looked for in each run.
constexpr Seconds kMembershipLookEvery{0};

// How often a pool's housekeeper should run.
constexpr Seconds kHousekeepEvery{30};

class Housekeeper final : public IdleWork {
 public:
  // Input:   `holder`, names this process among the holders of leases; `members`, null where nobody
  //          waits for the network; `people`, whom the directory is asked about, null likewise;
  //          `config`, of whose keys and records is taken care, null where a pool does that. All
  //          references outlive it.
  Housekeeper(store::Store& store, const provider::ProviderSet& providers, std::string holder,
              const telemetry::Log& log, membership::MemberRound* members = nullptr,
              identity::DirectoryPeople* people = nullptr,
              const config::Config* config = nullptr)
      : store_(store),
        providers_(providers),
        holder_(std::move(holder)),
        log_(log),
        members_(members),
        people_(people),
        config_(config) {}

  // Does every task that is due. Waits for the network: for the pool's housekeeper. `clock` is read
  // where each task begins, so that its lease does not end before it because of those before it.
  // Returns: how many tasks were done; a failure is logged, and the task is due again soon.
  std::uint32_t run(const Clock& clock);

  // How long to wait before the next run.
  Seconds pause() const;

  // Does what is due and needs no network, for at most kWorkAfterReply. For after a reply, where
  // there is no pool. What is left is due at once.
  void work(TimePoint now) override;

 private:
  enum class Done { kYes, kNo };
  // How a task ended that did not fail: when it is due again, and when what it is for last
  // succeeded; nullopt: not this time, though nothing is wrong with the task.
  struct Ended {
    Seconds again;
    std::optional<TimePoint> succeeded;
  };
  // `work` returns Result<Ended>.
  template <typename Work>
  Done once(const std::string& name, TimePoint now, Work work,
            Seconds retry_after = kTaskRetryAfter);
  Done purge(TimePoint now, const std::function<bool()>& may_go_on);
  Done look_at(provider::Provider& provider, TimePoint now);
  Done ask_about_members(const provider::Provider& provider, TimePoint now);
  Done ask_directory(TimePoint now);
  Done keep_records(TimePoint now);
  Done tell_audit_head(TimePoint now);

  store::Store& store_;
  const provider::ProviderSet& providers_;
  std::string holder_;
  const telemetry::Log& log_;
  membership::MemberRound* members_;
  identity::DirectoryPeople* people_;
  const config::Config* config_;
};

}  // namespace latchkey::role
