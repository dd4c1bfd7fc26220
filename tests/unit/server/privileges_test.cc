#include "latchkey/server/privileges.h"

#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "support/results.h"

namespace latchkey::server {
namespace {

// Runs `check` in a child, because what it does cannot be undone.
bool holds_in_child(const std::function<bool()>& check) {
  const pid_t pid = fork();
  if (pid == 0) _exit(check() ? 0 : 1);
  int status = 0;
  return waitpid(pid, &status, 0) == pid && status == 0;
}

TEST(Become, LeavesNoWayBackToRoot) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_TRUE(holds_in_child([] {
    return become("nobody", "").has_value() && geteuid() != 0 && getegid() != 0 &&
           setuid(0) != 0 && getgroups(0, nullptr) == 0;
  }));
}

TEST(Become, RefusesRootAndUnknownNames) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  EXPECT_THAT(become("root", ""), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(become("no-such-user-here", ""), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(become("nobody", "no-such-group-here"), FailsWith(ErrorCode::kNotFound));
}

TEST(HardenProcess, WritesNoCoreOfItsSecretsC25) {
  EXPECT_TRUE(holds_in_child([] {
    rlimit core{1, 1};
    return harden_process().has_value() && prctl(PR_GET_DUMPABLE) == 0 &&
           getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 &&
           prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
  }));
}

TEST(CleanEnvironment, ForgetsWhatClientsAndStartersPutThereC14C16) {
  EXPECT_TRUE(holds_in_child([] {
    for (const char* name : {"HTTP_PROXY", "http_proxy", "LD_PRELOAD", "LC_ALL", "IFS"}) {
      setenv(name, "evil", 1);
    }
    setenv("LATCHKEY_CONFIG", "/etc/x.toml", 1);
    clean_environment();
    for (const char* name : {"HTTP_PROXY", "http_proxy", "LD_PRELOAD", "LC_ALL", "IFS"}) {
      if (std::getenv(name) != nullptr) return false;
    }
    return std::string(std::getenv("LATCHKEY_CONFIG")) == "/etc/x.toml";
  }));
}

}  // namespace
}  // namespace latchkey::server
