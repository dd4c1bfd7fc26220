// What runs in a child of the supervisor.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "latchkey/server/pool.h"
#include "scoreboard.h"

namespace latchkey::server {

struct WorkerStart {
  const PoolProgram& program;
  const PoolSettings& settings;
  std::span<const fcgi::Listener> listeners;
  Scoreboard& scoreboard;
  std::uint32_t slot;
  telemetry::Log& log;
};

// Serves until told to stop or retired. Returns the exit status.
int run_worker(const WorkerStart& start);

// Runs the housekeeper. Returns the exit status.
int run_housekeeper(const WorkerStart& start);

// Tries a new configuration: reads it, and makes a service with it. Ends by itself when it takes
// too long. Returns the exit status, kExitGood if the configuration may be used.
int run_rehearsal(const PoolProgram& program, telemetry::Log& log);

// Tries in a child, before anybody is told that the pool is ready, whether a service can be made of
// what was read: what is wrong now would be wrong in every worker.
//
// Returns: true if it cannot, with the reason in the log. A child that crashed or took too long
//          tells nothing of the configuration.
bool is_start_refused(const PoolProgram& program, telemetry::Log& log);

// Does `work` in a child and waits for it. Returns its exit status, kExitFailure if it has none.
int in_child(const std::function<int()>& work);

// Ends with its parent: asks to be told, and returns false when it is gone already.
bool follow_parent(int parent);

}  // namespace latchkey::server
