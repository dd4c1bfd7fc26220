// `--check`: goes as far as a worker before its first request, and says what is wrong.
#include <gmock/gmock.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "latchkey/server/pool.h"
#include "wiring.h"

namespace latchkey::testing {
namespace {

using ::testing::HasSubstr;

class IdleService final : public fcgi::Service {
 public:
  void serve(fcgi::Exchange&) override {}
};

// Fails as the responder does whose templates or keys are not there.
Result<std::unique_ptr<fcgi::Service>> make_by_title(const config::Config& config, const Clock&,
                                                     server::WorkerContext&) {
  if (config.site.title == "bad") return fail(ErrorCode::kUnavailable, "pages.templates: gone");
  return std::make_unique<IdleService>();
}

class Check : public ::testing::Test {
 protected:
  Check() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lk-check-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    std::ofstream(path("users")).flush();
    std::filesystem::permissions(path("users"), std::filesystem::perms::owner_read);
  }
  ~Check() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name) const { return directory_ + "/" + name; }

  // Returns the exit status; what was printed is in the file `said`.
  int check(const std::string& title) const {
    std::ofstream(path("latchkey.toml"))
        << "[site]\nurl = \"https://sso.example\"\ntitle = \"" << title
        << "\"\n[store]\nurl = \"sqlite:" << path("db") << "\"\n[local]\nusers_file = \""
        << path("users") << "\"\n";
    const pid_t pid = fork();
    if (pid == 0) {
      const int out = open(path("said").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      dup2(out, 1);
      dup2(out, 2);
      Role role;
      role.program = "latchkey-test";
      role.sockets_key = "pool.responder_sockets";
      role.sockets = [](const config::Pool& pool) { return pool.responder_sockets; };
      role.workers = [](const config::Pool&) { return 1U; };
      role.make_service = make_by_title;
      std::string program = role.program, option = "--config", file = path("latchkey.toml");
      std::string task = "--check";
      char* words[] = {program.data(), option.data(), file.data(), task.data(), nullptr};
      const int status = run_program(4, words, role);
      static_cast<void>(std::fflush(nullptr));
      _exit(status);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string said() const {
    std::ifstream file(path("said"));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string directory_;
};

TEST_F(Check, IsGoodWhereAServiceCanBeMadeAndTheStoreIsYetToCome) {
  EXPECT_EQ(check("good"), server::kExitGood);
  EXPECT_THAT(said(), HasSubstr("latchkey.toml: the configuration is good"));
  EXPECT_FALSE(std::filesystem::exists(path("db")));
}

TEST_F(Check, NamesWhatNoWorkerCouldStartWith) {
  EXPECT_EQ(check("bad"), server::kExitConfig);
  EXPECT_THAT(said(), HasSubstr("latchkey.toml: pages.templates: gone"));
  EXPECT_EQ(said().find("is good"), std::string::npos);
}

}  // namespace
}  // namespace latchkey::testing
