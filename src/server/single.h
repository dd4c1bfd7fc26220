// One process without a supervisor: a web server started it with its socket on descriptor 0, and
// starts it again when it ends.
#pragma once

#include <vector>

#include "latchkey/server/pool.h"

namespace latchkey::server {

// Serves until TERM or INT. Returns the exit status. Signals are blocked already.
int run_single(const std::vector<ListenSocket>& sockets, const PoolSettings& settings,
               const PoolProgram& program, telemetry::Log& log);

}  // namespace latchkey::server
