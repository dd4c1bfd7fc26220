#include "latchkey/server/pool.h"

#include <csignal>
#include <cstdlib>
#include <expected>
#include <optional>
#include <utility>

#include "latchkey/server/privileges.h"
#include "single.h"
#include "supervisor.h"
#include "worker.h"

namespace latchkey::server {
namespace {

// Carries an exit status where a step failed and the log has the reason.
using Sockets = std::expected<std::vector<ListenSocket>, int>;

Outcome open_into(std::vector<ListenSocket>& sockets, const std::string& text,
                  const ListenOptions& options) {
  LK_TRY(const Address address, parse_address(text));
  LK_TRY(ListenSocket socket, ListenSocket::open(address, options));
  sockets.push_back(std::move(socket));
  return {};
}

// Opens all of `texts`, on top of what was handed over. A fault in what a person wrote ends with
// `written_wrong`; anything the machine says ends with kExitFailure.
Sockets open_all(std::vector<ListenSocket> sockets, const std::vector<std::string>& texts,
                 const ListenOptions& options, int written_wrong, telemetry::Log& log) {
  for (const std::string& text : texts) {
    const Outcome opened = open_into(sockets, text, options);
    if (opened.has_value()) continue;
    log.error("socket_not_opened", {{"detail", opened.error().detail}});
    for (ListenSocket& socket : sockets) socket.remove();
    const bool written = opened.error().code == ErrorCode::kMalformed;
    return std::unexpected(written ? written_wrong : kExitFailure);
  }
  return sockets;
}

Sockets gather(Inherited inherited, const PoolOptions& options, telemetry::Log& log) {
  const bool given = inherited.how != Handover::kNone || !options.sockets.empty();
  const std::vector<std::string>& wanted = given ? options.sockets : options.configured_sockets;
  Sockets sockets = open_all(std::move(inherited.sockets), wanted, options.listen,
                             given ? kExitUsage : kExitConfig, log);
  if (sockets.has_value() && sockets->empty()) {
    log.error("no_socket", {{"detail", "name one below [pool], give --socket unix:/PATH, or start "
                                       "with a listening socket on descriptor 0"}});
    return std::unexpected(kExitUsage);
  }
  return sockets;
}

Outcome lower_privileges(const PoolOptions& options, telemetry::Log& log) {
  LK_TRY(const std::optional<Ids> next, ids_to_become(options.user, options.group));
  if (next) {
    const Outcome given = log.give_to(next->user, next->group);
    if (!given) log.warn("log_not_given", {{"detail", given.error().detail}});
  }
  LK_CHECK(become(options.user, options.group));
  return harden_process();
}

int supervise(std::vector<ListenSocket>& sockets, const PoolOptions& options,
              const PoolProgram& program, telemetry::Log& log) {
  auto scoreboard = Scoreboard::create();
  if (!scoreboard.has_value()) {
    log.error("no_scoreboard", {{"detail", scoreboard.error().detail}});
    return kExitFailure;
  }
  Supervisor supervisor(sockets, options.settings, options.workers, program,
                        std::move(*scoreboard), log);
  supervisor.run();
  return kExitGood;
}

// Whoever reaches a socket can speak for the web server, and a port has no file mode.
Outcome refuse_reachable(const std::vector<ListenSocket>& sockets) {
  for (const ListenSocket& socket : sockets) {
    if (!socket.reachable_from_outside()) continue;
    return fail(ErrorCode::kRefused,
                socket.name() + " can be reached from other machines; listen at unix:/PATH, "
                                "127.0.0.1:PORT or [::1]:PORT, or name the web servers by address "
                                "in the environment: FCGI_WEB_SERVER_ADDRS=192.0.2.1");
  }
  return {};
}

// FCGI_WEB_SERVER_ADDRS, as FastCGI programs are told whom to listen to. A list that cannot be read
// would let nobody in or everybody, so it is a reason not to start; so is none where it is needed.
Outcome admit_named_peers(std::vector<ListenSocket>& sockets) {
  const char* const text = std::getenv("FCGI_WEB_SERVER_ADDRS");
  if (text == nullptr) return refuse_reachable(sockets);
  LK_TRY(const fcgi::Peers peers, fcgi::Peers::parse(text));
  for (ListenSocket& socket : sockets) socket.admit_only(peers);
  return {};
}

}  // namespace

int run_pool(const PoolOptions& options, const PoolProgram& program, telemetry::Log& log) {
  block_pool_signals();
  Result<Inherited> inherited = inherited_sockets();
  if (!inherited.has_value()) {
    log.error("socket_not_opened", {{"detail", inherited.error().detail}});
    return kExitFailure;
  }
  const bool alone = inherited->how == Handover::kDescriptor0 && !options.workers.has_value() &&
                     options.sockets.empty();
  Sockets sockets = gather(std::move(*inherited), options, log);
  if (!sockets.has_value()) return sockets.error();
  const Outcome admitted = admit_named_peers(*sockets);
  const Outcome lowered = lower_privileges(options, log);
  int status = kExitFailure;
  if (!admitted.has_value()) {
    log.error("peers_not_named", {{"detail", admitted.error().detail}});
    status = kExitUsage;
  } else if (!lowered.has_value()) {
    log.error("privileges_kept", {{"detail", lowered.error().detail}});
  } else {
    for (const ListenSocket& socket : *sockets) log.info("listening", {{"socket", socket.name()}});
    if (program.before_start) program.before_start();
    status = alone ? run_single(*sockets, options.settings, program, log)
             : is_start_refused(program, log) ? kExitConfig
                                              : supervise(*sockets, options, program, log);
  }
  for (ListenSocket& socket : *sockets) socket.remove();
  return status;
}

}  // namespace latchkey::server
