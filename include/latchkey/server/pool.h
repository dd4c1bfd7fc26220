// How a program runs: a pre-forked pool under a supervisor, one process on descriptor 0, or one CGI
// request. The entry of main_authorizer.cc and main_responder.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/fcgi/connection_loop.h"
#include "latchkey/fcgi/service.h"
#include "latchkey/server/listen.h"
#include "latchkey/telemetry/log.h"

namespace latchkey::server {

// Exit statuses of CONTRACT.md section 1.
inline constexpr int kExitGood = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 64;
inline constexpr int kExitConfig = 78;

// How many workers may be in slow work at once; at least one, never all when there is more than
// one.
enum class SlowShare { kQuarter, kHalf };

// What a configuration says about the pool; a reload may change all of it but the sockets.
struct PoolSettings {
  std::uint32_t workers = 4;
  SlowShare slow_share = SlowShare::kQuarter;
  std::chrono::milliseconds stuck_after{30'000};  // busy for longer: ended and replaced
  std::chrono::milliseconds drain{10'000};        // how long TERM waits for requests in hand
  std::uint32_t requests_per_worker = 1'000'000;
  fcgi::LoopLimits limits;  // requests_max is taken from requests_per_worker
};

struct PoolOptions {
  std::string name;  // of the program, for log lines and process titles
  std::vector<std::string> sockets;             // from --socket: always opened
  std::vector<std::string> configured_sockets;  // opened when nothing else was given or handed over
  std::optional<std::uint32_t> workers;         // from --workers: wins over the settings
  ListenOptions listen;
  std::string user;   // become this user, if root, once the sockets are bound
  std::string group;
  PoolSettings settings;
};

// Told to stop by its supervisor: how the housekeeper waits.
class StopSignal {
 public:
  enum class Waited { kTimeUp, kStop };
  virtual ~StopSignal() = default;
  virtual Waited wait_for(std::chrono::milliseconds time) = 0;
};

// Whether a housekeeper runs beside the workers; where none does, a worker keeps house after
// replies.
enum class Housekeeping { kNone, kBeside };

// What a worker gets besides the configuration. Outlives the Service made with it.
struct WorkerContext {
  SlowGate& slow_gate;
  telemetry::Log& log;
  std::uint32_t slot = 0;  // unique in the pool; above `workers` while a reload overlaps
  Housekeeping housekeeping = Housekeeping::kNone;
};

using MakeService = std::function<Result<std::unique_ptr<fcgi::Service>>(WorkerContext&)>;

// What the supervisor calls. None of these may throw.
struct PoolProgram {
  // Runs once before the first fork(), as the user that the pool becomes; nothing that it opens may
  // stay open. Empty: nothing.
  std::function<void()> before_start;

  // Makes what answers requests; called in each worker, after fork(): open databases here. A
  // failure is the configuration's: what may be mended by itself is left to the requests. At the
  // start it is tried in a child first, and a failure ends the program with kExitConfig; later it
  // ends the worker, which is tried again with back-off.
  MakeService make_service;

  // Reads and checks the configuration again, keeps it for later make_service calls, and returns
  // its pool settings. On HUP it is first rehearsed, with make_service, in a child of its own;
  // only if that succeeds it is called in the supervisor. On an error it must leave the old one
  // in place.
  std::function<Result<PoolSettings>()> reload;

  // Runs beside the workers until told to stop; restarted like a worker. Empty: none.
  std::function<void(StopSignal&, WorkerContext&)> housekeeper;
};

// Runs the pool until TERM or INT. Finds out how it was started: sockets of its own, descriptor 0
// (without `workers` one process and no supervisor), LISTEN_FDS.
//
// Input:   `log`, opened before, used on both sides of fork().
// Returns: the process's exit status; faults are logged.
int run_pool(const PoolOptions& options, const PoolProgram& program, telemetry::Log& log);

// Serves one CGI request and returns the exit status. The environment is cleaned before
// `make_service` runs, except for LATCHKEY_CONFIG.
int run_cgi(const MakeService& make_service, telemetry::Log& log);

}  // namespace latchkey::server
