#include "wiring.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include "latchkey/role/web_root_guard.h"
#include "latchkey/server/listen.h"
#include "latchkey/server/privileges.h"
#include "latchkey/store/store.h"
#include "latchkey/telemetry/metrics.h"
#include "latchkey/wire/json_object.h"
#include "pool_command.h"
#include "start_settings.h"
#include "store_at_start.h"

namespace latchkey {
namespace {

using config::Config;

telemetry::LogOptions log_options(const config::Log& log) {
  telemetry::LogOptions options;
  options.file = log.file;
  options.format = log.format == config::LogFormat::kJson ? telemetry::Format::kJson
                                                          : telemetry::Format::kText;
  switch (log.level) {
    case config::LogLevel::kDebug: options.level = telemetry::Level::kDebug; break;
    case config::LogLevel::kInfo: options.level = telemetry::Level::kInfo; break;
    case config::LogLevel::kWarn: options.level = telemetry::Level::kWarn; break;
    case config::LogLevel::kError: options.level = telemetry::Level::kError; break;
  }
  return options;
}

// Before there is a log. Where standard error is closed nobody could be told.
void complain(const std::string& line) {
  static_cast<void>(std::fprintf(stderr, "%s\n", line.c_str()));
}

// The configuration in force, replaced as a whole by a reload. Each service keeps the one it was
// made with: a process without a supervisor goes on with its old service when the new configuration
// was read but no service could be made with it.
struct Setting {
  const Role& role;
  std::string file;
  SystemClock clock;
  std::shared_ptr<const Config> config;
  pid_t process;  // which reloads; a rehearsal runs in another
  StartSettings start;

  bool rehearses() const { return getpid() != process; }
};

using ServicePointer = std::unique_ptr<fcgi::Service>;

// A service together with the configuration it refers to.
class ConfiguredService final : public fcgi::Service {
 public:
  ConfiguredService(std::shared_ptr<const Config> config, std::unique_ptr<fcgi::Service> service)
      : config_(std::move(config)), service_(std::move(service)) {}

  void serve(fcgi::Exchange& exchange) override { service_->serve(exchange); }
  void after_reply() override { service_->after_reply(); }

 private:
  const std::shared_ptr<const Config> config_;
  const std::unique_ptr<fcgi::Service> service_;  // ends before what it refers to
};

// Tells how long each request took, where all workers of the pool can be asked together.
class MeasuredService final : public fcgi::Service {
 public:
  MeasuredService(std::unique_ptr<fcgi::Service> service, telemetry::Metrics metrics)
      : service_(std::move(service)), metrics_(std::move(metrics)) {}

  void serve(fcgi::Exchange& exchange) override {
    const auto begin = std::chrono::steady_clock::now();
    metrics_.counters().begin_request();
    service_->serve(exchange);
    metrics_.counters().end_request(std::chrono::steady_clock::now() - begin);
  }
  void after_reply() override {
    service_->after_reply();
    metrics_.counters().rest();
  }

 private:
  const std::unique_ptr<fcgi::Service> service_;
  telemetry::Metrics metrics_;
};

Result<std::unique_ptr<fcgi::Service>> guarded_service(const Setting& setting,
                                                       server::WorkerContext& context) {
  const Config& config = *setting.config;
  LK_TRY(std::unique_ptr<fcgi::Service> service,
         setting.role.make_service(config, setting.clock, context));
  auto guard = std::make_unique<role::WebRootGuard>(config, context.log, std::move(service));
  return std::make_unique<ConfiguredService>(setting.config, std::move(guard));
}

// A pool without figures decides all the same.
std::unique_ptr<fcgi::Service> measured(std::unique_ptr<fcgi::Service> service,
                                        const Setting& setting, telemetry::Log& log) {
  auto metrics = telemetry::Metrics::attach(
      telemetry::metrics_file(setting.config->store.path, setting.role.program));
  log.count_in(metrics ? &metrics->counters() : nullptr);
  if (metrics) return std::make_unique<MeasuredService>(std::move(service), *std::move(metrics));
  log.warn("metrics_not_kept", {{"detail", metrics.error().detail}});
  return service;
}

// A row in the audit log of each pool that has taken a new configuration.
void tell_of_reload(const Setting& setting, telemetry::Log& log) {
  store::Store store =
      store::Store::attach(setting.config->store.path, setting.config->store.journal);
  const Outcome told = store.audit().append(
      setting.clock.now(), model::Actor::itself(),
      {.action = model::AuditAction::kConfigurationReloaded,
       .object = setting.config->file,
       .detail = wire::JsonObject().add("pool", setting.role.program).text()});
  if (!told) log.warn("audit_not_written", {{"detail", told.error().detail}});
}

// Goes on with the log as the new configuration has it. A rehearsal only tries whether that can be
// opened: what else is wrong belongs into the log that people read now.
Outcome follow_log(const Setting& setting, const config::Log& fresh, telemetry::Log& log) {
  const config::Log& before = setting.config->log;
  if (fresh.file != before.file || fresh.format != before.format) {
    auto opened = telemetry::Log::open(log_options(fresh), setting.clock);
    if (!opened) return fail(ErrorCode::kUnavailable, "log.file: " + opened.error().detail);
    if (setting.rehearses()) return {};
    if (fresh.file != before.file) {
      log.info("log_moved", {{"to", fresh.file.empty() ? "standard error" : fresh.file}});
    }
    log = *std::move(opened);
  }
  log.set_level(log_options(fresh).level);
  return {};
}

// Without this, whoever changed one of these would read "reloaded" and believe it.
void warn_of_restart(const Setting& setting, telemetry::Log& log) {
  const config::Pool& pool = setting.config->pool;
  const std::string keys =
      changed_keys(setting.start, start_settings(pool, setting.role.sockets(pool)),
                   setting.role.sockets_key);
  if (!keys.empty()) log.warn("restart_needed", {{"keys", keys}});
}

server::PoolSettings pool_settings(const Role& role, const config::Pool& pool) {
  server::PoolSettings settings;
  settings.workers = role.workers(pool);
  settings.slow_share = role.slow_share;
  settings.stuck_after = pool.stuck_after;
  settings.drain = pool.drain;
  settings.requests_per_worker = pool.requests_per_worker;
  settings.limits.bodies = role.bodies;
  return settings;
}

Result<server::PoolSettings> reload(Setting& setting, telemetry::Log& log) {
  auto fresh = config::load(setting.file, setting.role.secrets, config::Environment::kOverrides);
  if (!fresh) {
    for (const config::Fault& fault : fresh.error()) {
      log.error("configuration_fault", {{"fault", fault.str()}});
    }
    return fail(ErrorCode::kMalformed, "the new configuration has faults; the old one stays");
  }
  LK_CHECK(follow_log(setting, fresh->log, log));
  setting.config = std::make_shared<const Config>(*std::move(fresh));
  if (!setting.rehearses()) {
    tell_of_reload(setting, log);
    warn_of_restart(setting, log);
  }
  return pool_settings(setting.role, setting.config->pool);
}

int serve_pool(Setting& setting, PoolCommand command, telemetry::Log& log) {
  const config::Pool& pool = setting.config->pool;
  server::PoolOptions options;
  options.name = setting.role.program;
  options.sockets = std::move(command.sockets);
  options.configured_sockets = setting.role.sockets(pool);
  options.workers = command.workers;
  options.listen.socket_group = pool.socket_group;
  options.listen.socket_mode = pool.socket_mode;
  options.user = pool.user;
  options.group = pool.group;
  options.settings = pool_settings(setting.role, pool);

  server::PoolProgram program;
  program.make_service = [&setting](
                             server::WorkerContext& context) -> Result<ServicePointer> {
    LK_TRY(ServicePointer service, guarded_service(setting, context));
    return measured(std::move(service), setting, context.log);
  };
  program.before_start = [&setting, &log] { look_at_store(*setting.config, log); };
  program.reload = [&setting, &log] { return reload(setting, log); };
  if (setting.role.housekeeper != nullptr) {
    program.housekeeper = [&setting](server::StopSignal& stop, server::WorkerContext& context) {
      auto metrics = telemetry::Metrics::attach(
          telemetry::metrics_file(setting.config->store.path, setting.role.program),
          telemetry::Counts::kBeside);
      context.log.count_in(metrics ? &metrics->counters() : nullptr);
      setting.role.housekeeper(*setting.config, setting.clock, stop, context);
      context.log.count_in(nullptr);
    };
  }
  return server::run_pool(options, program, log);
}

int serve_cgi(Setting& setting, telemetry::Log& log) {
  return server::run_cgi(
      [&setting](server::WorkerContext& context) {
        return guarded_service(setting, context);
      },
      log);
}

// Becomes whom the pool will be, as far as that can be known: the keys are closed to others, and
// root would see what the pool does not.
Outcome become_the_pool(const Config& config) {
  if (!config.pool.user.empty()) return server::become(config.pool.user, config.pool.group);
  const std::string directory = std::filesystem::path(config.store.path).parent_path().string();
  struct stat status {};
  if (geteuid() != 0 || stat(directory.c_str(), &status) != 0) return {};
  const passwd* const owner = getpwuid(status.st_uid);  // a volume's owner may have no name here
  if (owner == nullptr || status.st_uid == 0) return {};
  return server::become(owner->pw_name, {});
}

// Goes as far as a worker does before its first request, and as a reload does.
Outcome rehearse(const Setting& setting) {
  LK_CHECK(become_the_pool(*setting.config));
  telemetry::Log unheard = telemetry::Log::null();
  OpenSlowGate gate;
  server::WorkerContext context{gate, unheard};
  LK_CHECK(guarded_service(setting, context));
  return {};
}

int check(const Setting& setting) {
  if (const Outcome rehearsed = rehearse(setting); !rehearsed) {
    complain(setting.file + ": " + rehearsed.error().detail);
    return server::kExitConfig;
  }
  std::printf("%s: the configuration is good\n", setting.file.c_str());
  return server::kExitGood;
}

}  // namespace

int run_program(int argc, char** argv, const Role& role) {
  const bool cgi = server::started_as_cgi();
  PoolCommand command;
  if (!cgi) {  // under CGI a client writes the command line
    auto read = read_pool_command(argc, argv, role.program, role.purpose);
    if (const int* status = std::get_if<int>(&read)) return *status;
    command = std::get<PoolCommand>(std::move(read));
  }

  Setting setting{role, config::chosen_file(command.config_file), {}, nullptr, getpid(), {}};
  auto loaded = config::load(setting.file, role.secrets,
                             cgi ? config::Environment::kIgnored : config::Environment::kOverrides);
  if (!loaded) {
    for (const config::Fault& fault : loaded.error()) complain(fault.str());
    return server::kExitConfig;
  }
  setting.config = std::make_shared<const Config>(*std::move(loaded));
  const config::Pool& pool = setting.config->pool;
  setting.start = start_settings(pool, role.sockets(pool));
  if (command.task == Task::kCheck) return check(setting);

  auto log = telemetry::Log::open(log_options(setting.config->log), setting.clock);
  if (!log) {
    complain(setting.file + ": log.file: " + log.error().detail);
    return server::kExitConfig;
  }
  return cgi ? serve_cgi(setting, *log) : serve_pool(setting, std::move(command), *log);
}

}  // namespace latchkey
