// latchkey housekeep: what a pool's housekeeper does, for cron where no pool runs. Whoever runs it
// wants it done now, so that no lease is asked for; doing a task twice does no harm.
#include <memory>

#include "latchkey/base/slow_gate.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/directory/directory.h"
#include "latchkey/identity/directory_people.h"
#include "latchkey/membership/member_round.h"
#include "latchkey/provider/provider_set.h"
#include "latchkey/remote/http_client.h"
#include "latchkey/telemetry/log.h"
#include "latchkey/upkeep/records.h"
#include "directory.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

int purge(Opened& opened, TimePoint now, const World& world) {
  const Result<store::Purged> purged = opened.store.admin().purge_expired(now);
  if (!purged) return failed(world, "housekeep", purged.error());
  world.out << "removed: sessions " << purged->sessions << ", credentials " << purged->credentials
            << ", login states " << purged->login_states << ", logout tokens "
            << purged->logout_tokens << ", password counters " << purged->attempts
            << ", logins of programs " << purged->device_logins << '\n';
  return kGood;
}

// Fetches what providers publish, before it is too old. One that cannot be reached does not keep
// the others from being asked.
int refresh_providers(const provider::ProviderSet& providers, TimePoint now, const World& world) {
  int status = kGood;
  for (const std::unique_ptr<provider::Provider>& provider : providers.all()) {
    const auto refreshed = provider->refresh(now);
    if (refreshed) world.out << "provider " << provider->name() << ": fresh\n";
    else status = failed(world, "provider " + provider->name(), refreshed.error());
  }
  return status;
}

// Asks about everybody whose turn it is, as the pool's housekeeper does.
int ask_about_members(Opened& opened, const provider::ProviderSet& providers, const World& world) {
  const auto sealer = crypto::KeyDirectory(opened.config.credential.key_directory).sealer();
  if (!sealer) return failed(world, "seal.key", sealer.error());
  const telemetry::Log log = telemetry::Log::null();
  membership::MemberRound members({opened.config, opened.store, providers, *sealer, world.random},
                                  world.clock, log);
  int status = kGood;
  for (const std::unique_ptr<provider::Provider>& provider : providers.all()) {
    const auto report = members.run(*provider);
    if (!report) {
      status = failed(world, "membership " + provider->name(), report.error());
    } else if (config::asks_provider(provider->verifier())) {
      world.out << "membership " << provider->name() << ": asked about " << report->asked
                << ", confirmed " << report->confirmed << ", lost " << report->lost
                << ", unanswered " << report->unanswered << '\n';
    }
  }
  return status;
}

// Asks the directory about everybody whose answer is getting old.
int refresh_people(Opened& opened, SlowGate& gate, TimePoint now, const World& world) {
  if (!opened.config.ldap) return kGood;
  const auto directory =
      directory::make_directory(opened.config.ldap, directory::Patience::kHousekeeper);
  identity::DirectoryPeople people(opened.config, opened.store, gate, directory.get());
  const auto round = people.refresh_due(now, [] { return true; });
  if (!round) return failed(world, "directory", round.error());
  world.out << "directory: asked about " << round->asked << ", lost " << round->lost.size() << '\n';
  return tell_unanswered(*round, world);
}

// Ends what the audit log need not keep, and tells of a key whose planned time has come.
int look_after_records(Opened& opened, TimePoint now, const World& world) {
  const Outcome done = upkeep::look_after_records(opened.store, opened.config, now);
  return done ? static_cast<int>(kGood) : failed(world, "records", done.error());
}

}  // namespace

int housekeep(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store_and_secrets(arguments, world);
  if (!opened) return opened.error();
  const TimePoint now = world.clock.now();
  const int purged = purge(*opened, now, world);
  OpenSlowGate gate;
  const std::unique_ptr<remote::HttpClient> client = remote::make_curl_client(gate);
  const provider::ProviderSet providers(opened->config, opened->store.provider_keys(), *client);
  const int refreshed = refresh_providers(providers, now, world);
  const int asked = ask_about_members(*opened, providers, world);
  const int looked_up = refresh_people(*opened, gate, now, world);
  const int recorded = look_after_records(*opened, now, world);
  for (const int status : {purged, refreshed, asked, recorded}) {
    if (status != kGood) return status;
  }
  return looked_up;
}

}  // namespace latchkey::admin
