#include "single.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "signals.h"
#include "worker.h"

namespace latchkey::server {
namespace {

class SingleObserver final : public fcgi::LoopObserver {
 public:
  explicit SingleObserver(telemetry::Log& log) : log_(log) {}

  int wake_fd() const { return signals_.fd(); }
  bool wants_reload() const { return wants_reload_; }

  void turned_away(const std::string& address) override {
    log_.warn("peer_turned_away", {{"peer", address}});
  }

  Wake woken() override {
    wants_reload_ = false;
    while (const auto signal = signals_.next()) {
      switch (*signal) {
        case SIGUSR1: reopen_log(log_); break;
        case SIGHUP: wants_reload_ = true; break;
        default: wants_reload_ = false; return Wake::kStop;
      }
    }
    return wants_reload_ ? Wake::kStop : Wake::kContinue;
  }

 private:
  telemetry::Log& log_;
  SignalFd signals_{SIGTERM, SIGINT, SIGHUP, SIGUSR1};
  bool wants_reload_ = false;
};

bool rehearse(const PoolProgram& program, telemetry::Log& log) {
  static_cast<void>(std::fflush(nullptr));
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) _exit(follow_parent(parent) ? run_rehearsal(program, log) : kExitFailure);
  int status = 0;
  while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == kExitGood;
}

using ServiceResult = Result<std::unique_ptr<fcgi::Service>>;

// Returns the service of the new configuration, or an error: then the old one goes on.
ServiceResult reloaded(const PoolProgram& program, WorkerContext& context) {
  if (!rehearse(program, context.log)) {
    return fail(ErrorCode::kRefused, "the rehearsal failed");
  }
  LK_CHECK(program.reload());
  return program.make_service(context);
}

}  // namespace

int run_single(const std::vector<ListenSocket>& sockets, const PoolSettings& settings,
               const PoolProgram& program, telemetry::Log& log) {
  OpenSlowGate gate;
  WorkerContext context{gate, log};
  ServiceResult service = program.make_service(context);
  if (!service.has_value()) {
    log.error("worker_not_started", {{"detail", service.error().detail}});
    return kExitFailure;
  }
  std::vector<fcgi::Listener> listeners;
  for (const ListenSocket& socket : sockets) listeners.push_back(socket.listener());
  SingleObserver observer(log);
  fcgi::ConnectionLoop loop(listeners, observer.wake_fd(), settings.limits, observer);
  for (;;) {
    if (loop.run(**service) == fcgi::LoopEnd::kFailed) return kExitFailure;
    if (!observer.wants_reload()) return kExitGood;
    ServiceResult next = reloaded(program, context);
    if (next.has_value()) {
      service = std::move(next);
      log.info("reloaded");
    } else {
      log.error("reload_refused", {{"detail", next.error().detail}});
    }
  }
}

}  // namespace latchkey::server
