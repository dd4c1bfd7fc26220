#include "latchkey/pages/metrics.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "latchkey/crypto/registry_keys.h"
#include "latchkey/model/proof.h"
#include "latchkey/model/reason.h"
#include "latchkey/pages/html.h"
#include "latchkey/pages/problem.h"
#include "latchkey/telemetry/exposition.h"
#include "latchkey/telemetry/metrics.h"

namespace latchkey::pages {
namespace {

using telemetry::Exposition;
using telemetry::MetricType;
using telemetry::PoolFigures;

constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kPools{
    {{"authorizer", "latchkey-authorizer"}, {"responder", "latchkey-responder"}}};

// One pool by its short name; all zeros while it never ran.
struct Pool {
  std::string_view name;
  PoolFigures figures;
};

// How a decision ended, in one of four words.
std::string_view result_of(model::Reason reason) {
  using model::Reason;
  if (reason == Reason::kAllowed) return "allowed";
  if (reason == Reason::kHealth) return "health";
  const bool unable = reason == Reason::kStoreUnavailable || reason == Reason::kDirectoryStale ||
                      reason == Reason::kMembershipTooOld || reason == Reason::kBusy ||
                      reason == Reason::kInternal;
  return unable ? "unable" : "refused";
}

void write_decisions(const PoolFigures& figures, Exposition& out) {
  out.family("latchkey_decisions_total", MetricType::kCounter,
             "Decisions of the authorizer by result and reason.");
  for (const model::Reason reason : model::all_reasons()) {
    out.sample({{"result", result_of(reason)}, {"reason", name_of(reason)}},
               figures.decisions.at(static_cast<std::size_t>(reason)));
  }
  out.family("latchkey_approvals_total", MetricType::kCounter,
             "Allowed decisions by how the person was proven.");
  for (const model::Proof proof : model::all_proofs()) {
    out.sample({{"auth", name_of(proof)}}, figures.approvals.at(static_cast<std::size_t>(proof)));
  }
}

void write_pools(const std::array<Pool, 2>& pools, Exposition& out) {
  out.family("latchkey_workers", MetricType::kGauge, "Workers that live, by what they do.");
  for (const auto& [name, figures] : pools) {
    out.sample({{"pool", name}, {"state", "busy"}}, figures.busy);
    out.sample({{"pool", name}, {"state", "idle"}}, figures.workers - figures.busy);
  }
  out.family("latchkey_worker_starts_total", MetricType::kCounter,
             "Workers that were started, and one for each trial before a start or a reload.");
  for (const auto& [name, figures] : pools) out.sample({{"pool", name}}, figures.starts);
}

void write_durations(const std::array<Pool, 2>& pools, Exposition& out) {
  out.family("latchkey_request_duration_seconds", MetricType::kHistogram,
             "From the parameters of a request to its reply.");
  for (const auto& [name, figures] : pools) {
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < telemetry::kDurationBounds.size(); ++i) {
      count += figures.durations.at(i);
      const std::chrono::nanoseconds bound = telemetry::kDurationBounds.at(i);
      const std::string le = telemetry::seconds_text(static_cast<std::uint64_t>(bound.count()));
      out.sample("_bucket", {{"pool", name}, {"le", le}}, std::to_string(count));
    }
    count += figures.durations.back();
    out.sample("_bucket", {{"pool", name}, {"le", "+Inf"}}, std::to_string(count));
    out.sample("_sum", {{"pool", name}}, telemetry::seconds_text(figures.duration_ns));
    out.sample("_count", {{"pool", name}}, std::to_string(count));
  }
}

std::uint64_t size_of(const std::string& file) {
  std::error_code absent;
  const std::uintmax_t size = std::filesystem::file_size(file, absent);
  return absent ? 0 : size;
}

void write_store(store::Store& store, const std::string& path, Exposition& out) {
  const Result<store::AuditHead> head = store.audit().head();
  out.family("latchkey_store_up", MetricType::kGauge, "1 while the store answers.")
      .sample({}, head ? 1 : 0);
  out.family("latchkey_store_bytes", MetricType::kGauge, "Size of the database and of its log.")
      .sample({{"file", "database"}}, size_of(path))
      .sample({{"file", "log"}}, size_of(path + "-wal"));
  if (!head) return;
  out.family("latchkey_audit_rows_total", MetricType::kCounter,
             "Rows that were ever written to the audit log.")
      .sample({}, static_cast<std::uint64_t>(head->seq));
}

constexpr std::array kCallResults{telemetry::CallResult::kAnswered,
                                  telemetry::CallResult::kFailed,
                                  telemetry::CallResult::kNotMade};

telemetry::CallCounts calls_of(const PoolFigures& figures, std::string_view name) {
  const auto found = figures.calls.find(name);
  return found != figures.calls.end() ? found->second : telemetry::CallCounts{};
}

// The names are those of the configuration: what was counted under others is history.
void write_calls(const config::Config& config, const std::array<Pool, 2>& pools,
                 Exposition& out) {
  if (!config.providers.empty()) {
    out.family("latchkey_provider_calls_total", MetricType::kCounter,
               "Calls to a sign-in provider, those of the housekeeper included.");
  }
  for (const config::Provider& provider : config.providers) {
    const telemetry::CallCounts counts = calls_of(pools.back().figures, provider.name);
    for (const telemetry::CallResult result : kCallResults) {
      out.sample({{"provider", provider.name}, {"result", name_of(result)}},
                 counts.at(static_cast<std::size_t>(result)));
    }
  }
  if (!config.ldap) return;
  out.family("latchkey_directory_calls_total", MetricType::kCounter,
             "Questions to the directory, those of the housekeeper included.");
  for (const auto& [pool, figures] : pools) {
    const telemetry::CallCounts counts = calls_of(figures, telemetry::kDirectoryCalls);
    for (const telemetry::CallResult result : kCallResults) {
      if (result == telemetry::CallResult::kNotMade) continue;  // told by the decision: busy
      out.sample({{"pool", pool}, {"result", name_of(result)}},
                 counts.at(static_cast<std::size_t>(result)));
    }
  }
}

// False for what remains of a provider or directory that is no longer asked, and for a provider
// that publishes nothing: nobody could mend that it never succeeds.
bool is_still_done(const config::Config& config, std::string_view task) {
  if (task == "directory") return config.ldap.has_value();
  const std::size_t colon = task.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string_view name = task.substr(colon + 1);
  const auto found = std::ranges::find(config.providers, name, &config::Provider::name);
  if (found == config.providers.end()) return false;
  return task.starts_with("membership:") ? config::asks_provider(found->membership)
                                         : found->type != config::ProviderType::kGithub;
}

void write_tasks(const config::Config& config, store::Store& store, Exposition& out) {
  const Result<std::vector<store::TaskState>> tasks = store.tasks().list();
  if (!tasks) return;
  out.family("latchkey_task_success_timestamp_seconds", MetricType::kGauge,
             "When a task of the housekeeping last succeeded; 0: never.");
  for (const store::TaskState& task : *tasks) {
    if (!is_still_done(config, task.name)) continue;
    out.sample({{"task", task.name}},
               static_cast<std::uint64_t>(to_unix(task.succeeded.value_or(TimePoint()))));
  }
}

// Reads what signs and verifies Docker's tokens. There may be no key yet.
Result<std::vector<crypto::RegistryKeyInfo>> read_registry_keys(const crypto::RegistryKeys& keys,
                                                                TimePoint now) {
  LK_TRY(std::vector<crypto::RegistryKeyInfo> infos, keys.list());
  if (crypto::signing_at(infos, now)) LK_CHECK(keys.signing_key(now));
  return infos;
}

void write_registry_keys(const std::vector<crypto::RegistryKeyInfo>& keys, TimePoint now,
                         Exposition& out) {
  const std::uint64_t active = crypto::signing_at(keys, now) ? 1 : 0;
  const auto planned = static_cast<std::uint64_t>(std::ranges::count_if(
      keys, [now](const crypto::RegistryKeyInfo& key) { return key.signs_from > now; }));
  out.family("latchkey_registry_keys", MetricType::kGauge,
             "Keys that sign and verify Docker's tokens.")
      .sample({{"state", "active"}}, active)
      .sample({{"state", "planned"}}, planned)
      .sample({{"state", "verify-only"}}, keys.size() - active - planned);
}

void write_keys(const crypto::KeyDirectory& directory, TimePoint now, Exposition& out) {
  const Result<std::vector<crypto::KeyInfo>> keys = directory.list(now);
  const auto registry_keys = read_registry_keys(crypto::RegistryKeys(directory.path()), now);
  const bool up = keys && directory.active_signing_key(now) && registry_keys;
  out.family("latchkey_keys_up", MetricType::kGauge,
             "1 while the keys can be read, those for registries too.")
      .sample({}, up ? 1 : 0);
  if (registry_keys) write_registry_keys(*registry_keys, now, out);
  if (!keys) return;
  const auto count = [&keys](crypto::KeyState state) {
    return static_cast<std::uint64_t>(std::ranges::count(*keys, state, &crypto::KeyInfo::state));
  };
  out.family("latchkey_keys", MetricType::kGauge, "Keys that sign and verify credentials.")
      .sample({{"state", "active"}}, count(crypto::KeyState::kActive))
      .sample({{"state", "next"}}, count(crypto::KeyState::kNext))
      .sample({{"state", "verify-only"}}, count(crypto::KeyState::kVerifyOnly));
  const auto active = std::ranges::find(*keys, crypto::KeyState::kActive, &crypto::KeyInfo::state);
  if (active == keys->end()) return;
  out.family("latchkey_key_created_timestamp_seconds", MetricType::kGauge,
             "When the key was made that signs now.")
      .sample({}, static_cast<std::uint64_t>(to_unix(active->created)));
}

}  // namespace

MetricsPage::MetricsPage(const config::Config& config, store::Store& store)
    : config_(config),
      store_(store),
      store_path_(config.store.path),
      keys_(config.credential.key_directory) {
  for (const std::string& text : config.metrics.allow) {
    const Result<wire::Network> network = wire::parse_network(text);
    if (network) allowed_.push_back(*network);  // the configuration holds no other
  }
}

bool MetricsPage::admits(const std::string& address) const {
  return std::ranges::any_of(allowed_, [&address](const wire::Network& network) {
    return wire::network_has(network, address);
  });
}

PageResult MetricsPage::serve(const PageRequest& request) {
  PageResult result;
  if (!admits(request.query.remote_address)) {
    result.answer = problem(403, "not_admitted", "These figures are not for this address.");
    result.reason = "not_admitted";
    return result;
  }
  std::array<Pool, 2> pools;
  for (std::size_t i = 0; i < pools.size(); ++i) {
    const auto& [name, program] = kPools.at(i);
    const auto figures = PoolFigures::read(telemetry::metrics_file(store_path_, program));
    pools.at(i) = {name, figures.value_or(PoolFigures())};
  }
  Exposition out;
  out.family("latchkey_build_info", MetricType::kGauge, "The version that answers.")
      .sample({{"version", LATCHKEY_VERSION}}, 1);
  write_decisions(pools.front().figures, out);
  write_pools(pools, out);
  write_durations(pools, out);
  write_store(store_, store_path_, out);
  write_calls(config_, pools, out);
  write_tasks(config_, store_, out);
  write_keys(keys_, request.now, out);
  result.answer.status = 200;
  result.answer.add_ours("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  add_secure_headers(result.answer);
  result.answer.body = out.take();
  result.reason = "shown";
  return result;
}

}  // namespace latchkey::pages
