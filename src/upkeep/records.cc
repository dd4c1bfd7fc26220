#include "latchkey/upkeep/records.h"

#include <optional>

#include "latchkey/crypto/key_directory.h"

namespace latchkey::upkeep {
namespace {

Outcome prune_audit(store::Audit& audit, Seconds keep, TimePoint now) {
  for (;;) {
    LK_TRY(const std::int64_t removed, audit.prune(now - keep, now));
    if (removed < store::kAuditPruneRows) return {};
  }
}

}  // namespace

Outcome settle_keys(store::Audit& audit, const std::string& directory, TimePoint now) {
  LK_TRY(const std::optional<KeyId> signs, crypto::KeyDirectory(directory).settle(now));
  if (!signs) return {};
  return audit.append(now, model::Actor::itself(),
                      {.action = model::AuditAction::kKeyActivated, .object = signs->text()});
}

Outcome look_after_records(store::Store& store, const config::Config& config, TimePoint now) {
  LK_CHECK(settle_keys(store.audit(), config.credential.key_directory, now));
  return prune_audit(store.audit(), config.audit.keep, now);
}

}  // namespace latchkey::upkeep
