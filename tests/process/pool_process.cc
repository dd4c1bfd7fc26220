#include "process/pool_process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "../../src/server/scoreboard.h"
#include "../../src/server/socket_address.h"

namespace latchkey::testing {
namespace {

constexpr int kLimitMs = 10'000;

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

model::Answer plain(int status, std::string body) {
  model::Answer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

class TestService final : public fcgi::Service {
 public:
  TestService(std::string config, Signals& signals, server::WorkerContext& context)
      : config_(std::move(config)), signals_(signals), context_(context) {}

  void serve(fcgi::Exchange& exchange) override {
    const std::string verb(exchange.params().get("VERB"));
    if (verb == "crash") static_cast<void>(raise(SIGKILL));
    if (verb == "hang") {
      for (;;) pause();
    }
    if (verb == "silent") return;
    if (verb == "die-after") die_after_ = true;
    static_cast<void>(exchange.reply(answer(verb, exchange)));
  }

  void after_reply() override {
    if (die_after_) static_cast<void>(raise(SIGKILL));
  }

 private:
  model::Answer answer(const std::string& verb, fcgi::Exchange& exchange) {
    if (verb == "config") return plain(200, config_);
    if (verb == "pid") return plain(200, std::to_string(getpid()));
    if (verb == "parent") return plain(200, std::to_string(getppid()));
    if (verb == "root") return plain(200, setuid(0) == 0 ? "root" : "never");
    if (verb == "body") return body_answer(exchange);
    if (verb == "wait") return wait_answer();
    if (verb == "slow") return slow_answer();
    if (verb == "bad") return bad_answer();
    if (verb == "large") return plain(200, std::string(1'000'000, 'x'));
    if (verb == "headers") return headers_answer();
    if (verb == "role") {
      return plain(200, exchange.role() == fcgi::Role::kAuthorizer ? "authorizer" : "responder");
    }
    if (verb == "transport") {
      return plain(200, std::to_string(static_cast<int>(exchange.transport())));
    }
    if (exchange.params().too_large()) return plain(403, "too large");
    return plain(200, "ok");
  }

  static model::Answer body_answer(fcgi::Exchange& exchange) {
    const auto body = exchange.read_body(100'000);
    if (body.has_value()) return plain(200, *body);
    return plain(body.error().code == ErrorCode::kUnavailable ? 503 : 400, body.error().detail);
  }

  model::Answer wait_answer() {
    signals_.entered.put();
    return plain(signals_.release.take() ? 200 : 500, "waited");
  }

  model::Answer slow_answer() {
    const auto pass = SlowPass::take(context_.slow_gate);
    if (!pass) return plain(503, "full");
    return wait_answer();
  }

  static model::Answer bad_answer() {
    model::Answer answer = plain(200, "never");
    answer.headers.push_back({"not a name", {}});
    return answer;
  }

  static model::Answer headers_answer() {
    model::Answer answer = plain(200, "");
    const auto value = wire::FieldValue::from(std::string(6000, 'x'));
    for (int i = 0; i < 7; ++i) answer.add("X-Long", *value);
    return answer;
  }

  std::string config_;
  Signals& signals_;
  server::WorkerContext& context_;
  bool die_after_ = false;
};

}  // namespace

Pipe::Pipe() {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) std::abort();
  read_.reset(ends[0]);
  write_.reset(ends[1]);
}

void Pipe::put() const {
  if (write(write_.get(), "x", 1) != 1) std::abort();
}

bool Pipe::take() const {
  pollfd waiting{read_.get(), POLLIN, 0};
  int ready = 0;
  while ((ready = poll(&waiting, 1, kLimitMs)) < 0 && errno == EINTR) continue;
  char byte = 0;
  return ready > 0 && read(read_.get(), &byte, 1) == 1;
}

server::PoolProgram test_program(const std::string& config_file, Signals& signals,
                                 server::PoolSettings settings) {
  const auto config = std::make_shared<std::string>(text_of(config_file));
  server::PoolProgram program;
  program.make_service = [config, &signals](server::WorkerContext& context)
      -> Result<std::unique_ptr<fcgi::Service>> {
    const bool rehearsal = context.slot == server::Scoreboard::kSlotsMax;
    if (*config == "no-service" || (*config == "no-worker" && !rehearsal)) return fail(ErrorCode::kUnavailable, "no service can be made");
    return std::make_unique<TestService>(*config, signals, context);
  };
  program.reload = [config, config_file, settings]() -> Result<server::PoolSettings> {
    const std::string text = text_of(config_file);
    if (text == "crash") static_cast<void>(raise(SIGKILL));
    if (text == "bad") return fail(ErrorCode::kMalformed, "the file is bad");
    *config = text;
    return settings;
  };
  return program;
}

PoolProcess::PoolProcess() {
  std::string pattern = (std::filesystem::temp_directory_path() / "lk-pool-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) std::abort();
  directory_ = pattern;
  std::filesystem::permissions(directory_, std::filesystem::perms::all);
  where_ = "unix:" + path("s");
  options.name = "test";
  options.settings.workers = 1;
  configure("first");
}

PoolProcess::~PoolProcess() {
  if (pid_ > 0 && !status_) {
    kill(pid_, SIGTERM);
    if (!exit_status()) kill(pid_, SIGKILL);
  }
  std::filesystem::remove_all(directory_);
}

void PoolProcess::configure(const std::string& text) const {
  std::ofstream(path("config")) << text;
}

void PoolProcess::signal(int number) const { kill(pid_, number); }

void PoolProcess::start(Ready ready) {
  if (options.sockets.empty() && options.configured_sockets.empty() && !in_child) {
    options.sockets.push_back(where_);
  }
  const auto address = server::SocketAddress::unix_path(path("notify"));
  notified_.reset(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(bind(notified_.get(), address.get(), address.size()), 0);
  std::filesystem::permissions(path("notify"), std::filesystem::perms::all);  // as systemd's is
  pid_ = fork();
  if (pid_ == 0) {
    setenv("NOTIFY_SOCKET", path("notify").c_str(), 1);
    if (in_child) in_child();
    const SystemClock clock;
    const telemetry::LogOptions log_options{telemetry::Level::kDebug, telemetry::Format::kText,
                                            path("log")};
    auto log = telemetry::Log::open(log_options, clock);
    auto program = test_program(path("config"), signals, options.settings);
    if (housekeeper != Housekeeper::kNone) {
      program.housekeeper = [this](server::StopSignal& stop, server::WorkerContext& context) {
        signals.housekept.put();
        if (housekeeper == Housekeeper::kReturns) return;
        using Waited = server::StopSignal::Waited;
        const bool logs = housekeeper == Housekeeper::kLogs;
        const auto pause = logs ? std::chrono::milliseconds(10) : std::chrono::hours(1);
        while (stop.wait_for(pause) == Waited::kTimeUp) {
          if (logs) context.log.info("housekeeping");
        }
      };
    }
    _exit(log.has_value() ? server::run_pool(options, program, *log) : 99);
  }
  if (ready == Ready::kIgnore) return;
  pollfd waiting{notified_.get(), POLLIN, 0};
  ASSERT_EQ(poll(&waiting, 1, kLimitMs), 1) << log();
}

std::optional<int> PoolProcess::exit_status(std::chrono::milliseconds limit) {
  if (status_) return status_;
  const UniqueFd watched = open_pidfd(pid_);
  pollfd waiting{watched.get(), POLLIN, 0};
  if (poll(&waiting, 1, static_cast<int>(limit.count())) != 1) return std::nullopt;
  int status = 0;
  waitpid(pid_, &status, 0);
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  return status_;
}

bool PoolProcess::eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kLimitMs);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    poll(nullptr, 0, 5);
  }
  return condition();
}

std::string PoolProcess::log() const { return text_of(path("log")); }

UniqueFd open_pidfd(pid_t pid) {
  return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

bool ends(int pidfd) {
  pollfd waiting{pidfd, POLLIN, 0};
  return poll(&waiting, 1, kLimitMs) == 1;
}

}  // namespace latchkey::testing
