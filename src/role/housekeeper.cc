#include "latchkey/role/housekeeper.h"

namespace latchkey::role {

template <typename Work>
Housekeeper::Done Housekeeper::once(const std::string& name, TimePoint now, Seconds every,
                                    Work work) {
  const Result<store::Lease> lease = store_.tasks().take(name, holder_, now, kTaskLease);
  if (!lease) {
    log_.warn("task_failed", {{"task", name}, {"detail", lease.error().detail}});
    return Done::kNo;
  }
  if (*lease == store::Lease::kNotNow) return Done::kNo;
  const Outcome outcome = work();
  if (!outcome) {
    log_.warn("task_failed", {{"task", name},
                              {"error", name_of(outcome.error().code)},
                              {"detail", outcome.error().detail}});
  }
  const Outcome given_back =
      store_.tasks().done(name, now + (outcome ? every : kTaskRetryAfter));
  if (!given_back) {
    log_.warn("task_failed", {{"task", name}, {"detail", given_back.error().detail}});
  }
  return outcome ? Done::kYes : Done::kNo;
}

Housekeeper::Done Housekeeper::purge(TimePoint now) {
  return once("purge", now, kPurgeEvery, [&]() -> Outcome {
    LK_TRY(const store::Purged purged, store_.admin().purge_expired(now));
    log_.debug("purged", {{"sessions", purged.sessions},
                          {"credentials", purged.credentials},
                          {"login_states", purged.login_states},
                          {"logout_tokens", purged.logout_tokens},
                          {"attempts", purged.attempts}});
    return {};
  });
}

Housekeeper::Done Housekeeper::look_at(provider::Provider& provider, TimePoint now) {
  return once("provider:" + provider.name(), now, kProviderLookEvery,
              [&]() -> Outcome { return provider.refresh(now); });
}

std::uint32_t Housekeeper::run(TimePoint now) {
  std::uint32_t done = purge(now) == Done::kYes ? 1 : 0;
  for (const auto& provider : providers_.all()) {
    if (look_at(*provider, now) == Done::kYes) ++done;
  }
  return done;
}

void Housekeeper::work(TimePoint now) { static_cast<void>(purge(now)); }

}  // namespace latchkey::role
