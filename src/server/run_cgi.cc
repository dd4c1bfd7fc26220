#include <unistd.h>

#include "latchkey/fcgi/cgi.h"
#include "latchkey/server/pool.h"
#include "latchkey/server/privileges.h"
#include "signals.h"

namespace latchkey::server {
namespace {

constexpr std::chrono::milliseconds kBodyTime{10'000};
constexpr int kRequestFd = 0;
constexpr int kAnswerFd = 1;

}  // namespace

int run_cgi(const MakeService& make_service, telemetry::Log& log) {
  ignore_failed_writes();
  fcgi::CgiExchange exchange(environ, kRequestFd, kAnswerFd, kBodyTime);
  clean_environment();
  // Under fcgiwrap our starter's privileges are the web server's; not being hardened is no reason
  // to refuse, as the process ends at once.
  static_cast<void>(harden_process());
  OpenSlowGate gate;
  WorkerContext context{gate, log};
  auto service = make_service(context);
  if (service.has_value()) {
    (*service)->serve(exchange);
    if (exchange.replied()) (*service)->after_reply();
  } else {
    log.error("worker_not_started", {{"detail", service.error().detail}});
  }
  if (exchange.replied()) return kExitGood;
  model::Answer unavailable;
  unavailable.status = 503;
  return exchange.reply(unavailable).has_value() && service.has_value() ? kExitGood : kExitFailure;
}

}  // namespace latchkey::server
