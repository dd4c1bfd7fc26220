// Builds the parts of a program and hands each its slice of the configuration. What main_*.cc run.
#pragma once

#include <memory>
#include <string>

#include "latchkey/base/clock.h"
#include "latchkey/config/load.h"
#include "latchkey/fcgi/service.h"
#include "latchkey/server/pool.h"
#include "latchkey/telemetry/log.h"

namespace latchkey {

// What differs between the two pools.
struct Role {
  std::string program;  // "latchkey-authorizer"
  std::string purpose;  // one line, for --help
  config::Secrets secrets = config::Secrets::kPoolOnly;
  server::SlowShare slow_share = server::SlowShare::kQuarter;
  fcgi::Bodies bodies = fcgi::Bodies::kIgnored;
  std::string sockets_key;  // "pool.authorizer_sockets": what `sockets` reads
  std::vector<std::string> (*sockets)(const config::Pool&);
  std::uint32_t (*workers)(const config::Pool&);

  // Makes what answers requests, in a worker, after fork(). All references outlive the service.
  Result<std::unique_ptr<fcgi::Service>> (*make_service)(const config::Config&, const Clock&,
                                                         server::WorkerContext&);

  // Runs beside the workers until told to stop; nullptr: none.
  void (*housekeeper)(const config::Config&, const Clock&, server::StopSignal&,
                      server::WorkerContext&) = nullptr;
};

// Runs the program: as CGI, as a pool, or with `--check` only up to the first request.
//
// Returns: the exit status of CONTRACT: 0 good, 64 usage, 78 configuration, 1 anything else.
int run_program(int argc, char** argv, const Role& role);

}  // namespace latchkey
