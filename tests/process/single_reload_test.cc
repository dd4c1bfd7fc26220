// A program without a supervisor whose new configuration can be read, but not be served with.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "../../src/server/socket_address.h"
#include "process/fcgi_client.h"
#include "process/pool_process.h"
#include "wiring.h"

namespace latchkey::testing {
namespace {

// Answers with a word of the configuration it was made with.
class EchoService final : public fcgi::Service {
 public:
  explicit EchoService(const config::Config& config) : config_(config) {}
  void serve(fcgi::Exchange& exchange) override {
    model::Answer answer;
    answer.status = 200;
    answer.body = config_.site.title;
    static_cast<void>(exchange.reply(answer));
  }

 private:
  const config::Config& config_;
};

// Good in every rehearsal, which has a process of its own; bad the second time in this process.
Result<std::unique_ptr<fcgi::Service>> make_echo(const config::Config& config, const Clock&,
                                                 server::WorkerContext&) {
  static pid_t first = 0;
  static int made = 0;
  if (first == 0) first = getpid();
  if (first == getpid() && ++made == 2) return fail(ErrorCode::kUnavailable, "not this time");
  return std::make_unique<EchoService>(config);
}

class SingleReload : public ::testing::Test {
 protected:
  SingleReload() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "lk-single-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    std::ofstream(path("users")).flush();
    std::filesystem::permissions(path("users"), std::filesystem::perms::owner_read);
    configure("the title that was there first of all");
  }
  ~SingleReload() override {
    if (pid_ > 0) {
      kill(pid_, SIGTERM);
      waitpid(pid_, nullptr, 0);
    }
    std::filesystem::remove_all(directory_);
  }

  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  std::string where() const { return "unix:" + path("s"); }

  void configure(const std::string& title, const std::string& log = "log",
                 const std::string& more = "") const {
    std::ofstream(path("latchkey.toml")) << "[site]\nurl = \"https://sso.example\"\ntitle = \""
                                         << title << "\"\n[store]\nurl = \"sqlite:" << path("db")
                                         << "\"\n[local]\nusers_file = \"" << path("users")
                                         << "\"\n[log]\nfile = \"" << path(log) << "\"\n"
                                         << more;
  }

  void start() {
    const UniqueFd listening(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = server::SocketAddress::unix_path(path("s"));
    ASSERT_EQ(bind(listening.get(), address.get(), address.size()), 0);
    ASSERT_EQ(listen(listening.get(), 16), 0);
    pid_ = fork();
    if (pid_ != 0) return;
    dup2(listening.get(), 0);
    Role role;
    role.program = "latchkey-test";
    role.sockets_key = "pool.authorizer_sockets";
    role.sockets = [](const config::Pool& pool) { return pool.authorizer_sockets; };
    role.workers = [](const config::Pool&) { return 1U; };
    role.make_service = make_echo;
    std::string program = role.program, option = "--config", file = path("latchkey.toml");
    char* words[] = {program.data(), option.data(), file.data(), nullptr};
    _exit(run_program(3, words, role));
  }

  std::string log(const std::string& name = "log") const {
    std::ifstream file(path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool logs(const std::string& text, const std::string& name = "log") const {
    return PoolProcess::eventually([&] { return log(name).contains(text); });
  }

  std::string directory_;
  pid_t pid_ = -1;
};

TEST_F(SingleReload, TheOldServiceKeepsItsConfigurationWhenNoNewOneCanBeMade) {
  start();
  ASSERT_EQ(ask(where(), "").body(), "the title that was there first of all");

  configure("another title that is as long as the first");
  kill(pid_, SIGHUP);
  ASSERT_TRUE(logs("not this time"));
  EXPECT_EQ(ask(where(), "").body(), "the title that was there first of all");

  kill(pid_, SIGHUP);
  ASSERT_TRUE(logs(" reloaded"));
  EXPECT_EQ(ask(where(), "").body(), "another title that is as long as the first");
}

TEST_F(SingleReload, NamesWhatWasChangedAndNeedsARestart) {
  start();
  ASSERT_EQ(ask(where(), "").status(), 200);

  configure("another title", "log",
            "[pool]\nauthorizer_sockets = [\"unix:" + path("t") + "\"]\n" +
                "responder_sockets = [\"unix:" + path("u") + "\"]\n" +
                "socket_mode = \"0600\"\nstuck_after = \"20s\"\n");
  kill(pid_, SIGHUP);

  ASSERT_TRUE(logs("not this time"));  // after both the rehearsal and the reload
  const std::string told =
      "restart_needed keys=\"pool.authorizer_sockets, pool.socket_mode\"\n";
  EXPECT_THAT(log(), ::testing::HasSubstr(told));
  EXPECT_EQ(log().find("restart_needed"), log().rfind("restart_needed"));
}

TEST_F(SingleReload, ItsLogGoesOnWhereAndAsTheNewConfigurationSays) {
  start();
  ASSERT_EQ(ask(where(), "").status(), 200);

  configure("another title", "nowhere/log");
  kill(pid_, SIGHUP);
  ASSERT_TRUE(logs("reload_refused"));
  EXPECT_THAT(log(), ::testing::HasSubstr("log.file: "));

  configure("another title", "new", "format = \"json\"\n");
  kill(pid_, SIGHUP);
  EXPECT_TRUE(logs("\"event\":\"reload_refused\"", "new"));  // no service yet, but a log
  EXPECT_THAT(log(), ::testing::HasSubstr("log_moved to=" + path("new")));
  EXPECT_EQ(log("new").find("log_moved"), std::string::npos);
}

}  // namespace
}  // namespace latchkey::testing
