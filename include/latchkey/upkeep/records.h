// What the housekeeping does for the audit log and the keys: what is too old goes, and a key whose
// planned time has come is told of.
#pragma once

#include <string>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/config/config.h"
#include "latchkey/store/store.h"

namespace latchkey::upkeep {

// Tells of the keys whose planned time has come. They sign from their time on whether this runs or
// not; whatever changes the keys for registries runs it first, as nobody can tell afterwards.
// Errors: as below.
Outcome settle_keys(store::Store& store, const std::string& directory, TimePoint now);

// Errors: kUnavailable, kRefused: store or keys; what was done stays done.
Outcome look_after_records(store::Store& store, const config::Config& config, TimePoint now);

}  // namespace latchkey::upkeep
