#include "single.h"

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

using ServiceResult = Result<std::unique_ptr<fcgi::Service>>;

// Returns the service of the new configuration, or an error: then the old one goes on.
ServiceResult reloaded(const PoolProgram& program, WorkerContext& context) {
  if (in_child([&] { return run_rehearsal(program, context.log); }) != kExitGood) {
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
    log.error("configuration_refused", {{"detail", service.error().detail}});
    return kExitConfig;
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
