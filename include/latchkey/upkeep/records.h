// What the housekeeping does for the audit log and the keys: what is too old goes, and a key whose
// planned time has come is told of.
#pragma once

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/config/config.h"
#include "latchkey/store/store.h"

namespace latchkey::upkeep {

// Errors: kUnavailable, kRefused: store or keys; what was done stays done.
Outcome look_after_records(store::Store& store, const config::Config& config, TimePoint now);

}  // namespace latchkey::upkeep
