#include "worker.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "signals.h"

namespace latchkey::server {
namespace {

constexpr unsigned kRehearsalSecondsMax = 30;

// libfcgi takes parameters of any length. What a web server sends is bounded by it, but anybody who
// may connect is no web server; beyond this the worker ends and is replaced.
constexpr rlim_t kMemoryBytesMax = rlim_t{1} * 1024 * 1024 * 1024;

void limit_memory() {
#if !defined(__SANITIZE_ADDRESS__)  // whose shadow memory counts
  const rlimit limit{kMemoryBytesMax, kMemoryBytesMax};
  setrlimit(RLIMIT_DATA, &limit);
#endif
}

class WorkerObserver final : public fcgi::LoopObserver {
 public:
  WorkerObserver(Slot& slot, telemetry::Log& log) : slot_(slot), log_(log) {}

  int wake_fd() const { return signals_.fd(); }

  void busy() override { slot_.busy_since_ms.store(monotonic_ms(), std::memory_order_relaxed); }

  void idle() override {
    slot_.busy_since_ms.store(0, std::memory_order_relaxed);
    slot_.requests.fetch_add(1, std::memory_order_relaxed);
  }

  void turned_away(const std::string& address) override {
    log_.warn("peer_turned_away", {{"peer", address}});
  }

  Wake woken() override {
    while (const auto signal = signals_.next()) {
      if (*signal != SIGUSR1) return Wake::kStop;
      reopen_log(log_);
    }
    return Wake::kContinue;
  }

 private:
  Slot& slot_;
  telemetry::Log& log_;
  SignalFd signals_{SIGTERM, SIGINT, SIGUSR1};
};

int try_service(const PoolProgram& program, telemetry::Log& log) {
  OpenSlowGate gate;
  WorkerContext context{gate, log, Scoreboard::kSlotsMax};
  const auto service = program.make_service(context);
  if (service.has_value()) return kExitGood;
  log.error("configuration_refused", {{"detail", service.error().detail}});
  return kExitConfig;
}

}  // namespace

bool follow_parent(int parent) {
  // TERM, not KILL: the request in hand is answered.
  return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent;
}

int run_worker(const WorkerStart& start) {
  limit_memory();
  WorkerObserver observer(start.scoreboard.slot(start.slot), start.log);
  SharedSlowGate gate(start.scoreboard, start.slot);
  WorkerContext context{gate, start.log, start.slot,
                        start.program.housekeeper ? Housekeeping::kBeside : Housekeeping::kNone};
  auto service = start.program.make_service(context);
  if (!service.has_value()) {
    start.log.error("worker_not_started", {{"detail", service.error().detail}});
    return kExitFailure;
  }
  fcgi::LoopLimits limits = start.settings.limits;
  limits.requests_max = start.settings.requests_per_worker;
  fcgi::ConnectionLoop loop(start.listeners, observer.wake_fd(), limits, observer);
  switch (loop.run(**service)) {
    case fcgi::LoopEnd::kStopped:
    case fcgi::LoopEnd::kRetired: return kExitGood;
    case fcgi::LoopEnd::kFailed: break;
  }
  start.log.error("worker_cannot_accept");
  return kExitFailure;
}

int run_housekeeper(const WorkerStart& start) {
  ProcessStopSignal stop(start.log);
  SharedSlowGate gate(start.scoreboard, start.slot);
  WorkerContext context{gate, start.log, start.slot, Housekeeping::kBeside};
  start.program.housekeeper(stop, context);
  return kExitGood;
}

int run_rehearsal(const PoolProgram& program, telemetry::Log& log) {
  alarm(kRehearsalSecondsMax);
  const auto settings = program.reload();
  if (!settings.has_value()) {
    log.error("configuration_refused", {{"detail", settings.error().detail}});
    return kExitConfig;
  }
  return try_service(program, log);
}

bool is_start_refused(const PoolProgram& program, telemetry::Log& log) {
  return in_child([&] {
           alarm(kRehearsalSecondsMax);
           return try_service(program, log);
         }) == kExitConfig;
}

int in_child(const std::function<int()>& work) {
  static_cast<void>(std::fflush(nullptr));  // or the child would write it again
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) _exit(follow_parent(parent) ? work() : kExitFailure);
  int status = 0;
  while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : kExitFailure;
}

}  // namespace latchkey::server
