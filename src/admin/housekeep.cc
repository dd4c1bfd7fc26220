// latchkey housekeep: what a pool's housekeeper does, for cron where no pool runs. Whoever runs it
// wants it done now, so that no lease is asked for; doing a task twice does no harm.
#include <memory>

#include "latchkey/base/slow_gate.h"
#include "latchkey/provider/provider_set.h"
#include "latchkey/remote/http_client.h"
#include "opened.h"

namespace latchkey::admin {
namespace {

int purge(Opened& opened, TimePoint now, const World& world) {
  const Result<store::Purged> purged = opened.store.admin().purge_expired(now);
  if (!purged) return failed(world, "housekeep", purged.error());
  world.out << "removed: sessions " << purged->sessions << ", credentials " << purged->credentials
            << ", login states " << purged->login_states << ", logout tokens "
            << purged->logout_tokens << ", password counters " << purged->attempts << '\n';
  return kGood;
}

// Fetches what providers publish, before it is too old. One that cannot be reached does not keep
// the others from being asked.
int refresh_providers(Opened& opened, TimePoint now, const World& world) {
  OpenSlowGate gate;
  const std::unique_ptr<remote::HttpClient> client = remote::make_curl_client(gate);
  const provider::ProviderSet providers(opened.config, opened.store.provider_keys(), *client);
  int status = kGood;
  for (const std::unique_ptr<provider::Provider>& provider : providers.all()) {
    const Outcome refreshed = provider->refresh(now);
    if (refreshed) world.out << "provider " << provider->name() << ": fresh\n";
    else status = failed(world, "provider " + provider->name(), refreshed.error());
  }
  return status;
}

}  // namespace

int housekeep(const Arguments& arguments, const World& world) {
  Or<Opened> opened = open_store(arguments, world);
  if (!opened) return opened.error();
  const TimePoint now = world.clock.now();
  const int purged = purge(*opened, now, world);
  const int refreshed = refresh_providers(*opened, now, world);
  return purged != kGood ? purged : refreshed;
}

}  // namespace latchkey::admin
