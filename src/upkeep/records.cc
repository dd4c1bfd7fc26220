#include "latchkey/upkeep/records.h"

#include "latchkey/crypto/key_directory.h"
#include "latchkey/crypto/registry_keys.h"

namespace latchkey::upkeep {
namespace {

Outcome prune_audit(store::Audit& audit, Seconds keep, TimePoint now) {
  for (;;) {
    LK_TRY(const std::int64_t removed, audit.prune(now - keep, now));
    if (removed < store::kAuditPruneRows) return {};
  }
}

}  // namespace

Outcome settle_keys(store::Store& store, const std::string& directory, TimePoint now) {
  const crypto::KeyChanger change = store.keys().changer(now, model::Actor::itself());
  LK_CHECK(crypto::KeyDirectory(directory).settle(now, change));
  return crypto::RegistryKeys(directory).settle(now, change);
}

Outcome look_after_records(store::Store& store, const config::Config& config, TimePoint now) {
  const Outcome settled = settle_keys(store, config.credential.key_directory, now);
  LK_CHECK(prune_audit(store.audit(), config.audit.keep, now));
  return settled;
}

}  // namespace latchkey::upkeep
