#include "pool_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "latchkey/config/workers.h"
#include "latchkey/server/pool.h"

namespace latchkey {
namespace {

// CLI11 throws to report help and mistakes; it is caught here, the only place that speaks with it.
int finish(const CLI::App& app, const CLI::ParseError& error) {
  return app.exit(error) == 0 ? server::kExitGood : server::kExitUsage;
}

}  // namespace

std::variant<PoolCommand, int> read_pool_command(int argc, char** argv, const std::string& program,
                                                 const std::string& purpose) {
  PoolCommand command;
  bool check = false;
  std::uint32_t workers = 0;
  CLI::App app(purpose, program);
  app.set_version_flag("--version", program + " " LATCHKEY_VERSION);
  app.add_option("--config", command.config_file,
                 "configuration file (else LATCHKEY_CONFIG, else /etc/latchkey/latchkey.toml)");
  app.add_option("--socket", command.sockets,
                 "listen on unix:PATH, 127.0.0.1:PORT or [::1]:PORT; may be given several times")
      ->allow_extra_args(false);
  auto* const workers_option = app.add_option("--workers", workers, "number of worker processes")
                                   ->check(CLI::Range(std::uint32_t{1}, config::kWorkersMax));
  app.add_flag("--check", check, "check the configuration and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return finish(app, error);
  }
  if (check) command.task = Task::kCheck;
  if (workers_option->count() > 0) command.workers = workers;
  return command;
}

}  // namespace latchkey
