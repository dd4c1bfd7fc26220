// What a pool says of its store when it starts: it serves all the same, and refuses until the store
// can be opened, but whoever started it must not have to wait for the first request to learn that.
#pragma once

#include "latchkey/config/config.h"
#include "latchkey/telemetry/log.h"

namespace latchkey {

// Opens the store and closes it again, as the user that the pool has become; what is wrong is
// logged as `store_unusable`, with what to do about it.
void look_at_store(const config::Config& config, telemetry::Log& log);

}  // namespace latchkey
