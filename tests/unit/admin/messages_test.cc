// What the command says to somebody who did not get it right: the right name, and the way out.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "command_run.h"
#include "latchkey/admin/command.h"
#include "support/results.h"

namespace latchkey::admin {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr uid_t kNobody = 65534;
constexpr uid_t kSomebodyElse = 65533;

// The command gives root up for good, so it runs in a process of its own.
std::string errors_as(uid_t user, const std::vector<std::string>& words) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    if (user != 0 && ::setresuid(user, user, user) != 0) ::_exit(1);
    const std::string text = run_in(words).err;
    ::_exit(::write(ends[1], text.data(), text.size()) < 0 ? 1 : 0);
  }
  ::close(ends[1]);
  std::string text(4096, '\0');
  const ssize_t got = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return text;
}

class Messages : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = fresh_directory();
    const CommandRun made = run_in({"--config", file(), "init", "--user", "anna"});
    ASSERT_EQ(made.status, 0) << made.err;
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(root_); }

  static std::string file() { return root_ + "/latchkey.toml"; }
  static CommandRun admin(std::vector<std::string> words) {
    words.insert(words.begin(), {"--config", file()});
    return run_in(words);
  }
  static void set_owner(uid_t user) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_ + "/state")) {
      ASSERT_EQ(::chown(entry.path().c_str(), user, user), 0);
    }
    ASSERT_EQ(::chown((root_ + "/state").c_str(), user, user), 0);
  }
  static void set_mode(const std::string& path, mode_t mode) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }

  static inline std::string root_;
};

TEST_F(Messages, TakeTheConfigurationAnywhereOnTheLine) {
  EXPECT_THAT(run_in({"check", "--config", file()}).out, StartsWith("good   configuration: " + file()));
  EXPECT_EQ(run_in({"user", "--config", file(), "list"}).status, 0);
  EXPECT_EQ(run_in({"session", "list", "--json", "--config", file()}).status, 0);
}

TEST_F(Messages, BeginWithTheProgramAndTheCommand) {
  EXPECT_THAT(admin({"credential", "issue"}).err,
              StartsWith("latchkey credential issue: --user is required\n"));
  EXPECT_THAT(admin({"user", "list", "--jsn"}).err,
              StartsWith("latchkey user list: `--jsn` was not expected\n"));
  EXPECT_THAT(admin({"store", "check", "one", "two"}).err,
              StartsWith("latchkey store check: `one`, `two` were not expected\n"));
  // A command behind a command is not run as well.
  EXPECT_EQ(admin({"check", "user", "list"}).status, 64);
}

TEST_F(Messages, GiveHelpAndVersionAsWordsToo) {
  EXPECT_EQ(run_in({"version"}).out, run_in({"--version"}).out);
  EXPECT_EQ(run_in({"help"}).out, run_in({"--help"}).out);
  EXPECT_EQ(run_in({"help", "user", "show"}).out, run_in({"user", "show", "--help"}).out);
  EXPECT_THAT(run_in({"help", "user", "show"}).out, HasSubstr("latchkey user show"));
}

TEST_F(Messages, TellWhoeverIsNotTheOwnerWhoIs) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  set_mode(root_, 0755);
  set_owner(kNobody);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"user", "list"}, {"key", "list"}, {"store", "migrate"}}) {
    std::vector<std::string> all{"--config", file()};
    all.insert(all.end(), words.begin(), words.end());
    EXPECT_THAT(errors_as(kSomebodyElse, all),
                AllOf(HasSubstr("/state belongs to nobody: run this as nobody or root"),
                      Not(HasSubstr("chown"))));
  }
  set_owner(0);
}

TEST_F(Messages, TellRootWhomABackupIsWrittenBy) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  set_mode(root_, 0755);
  set_owner(kNobody);
  EXPECT_THAT(errors_as(0, {"--config", file(), "store", "backup", root_ + "/b.db"}),
              HasSubstr("Permission denied by nobody, whom this command becomes; name a directory "
                        "that nobody may write to"));
  set_owner(0);
}

TEST_F(Messages, NameTheUserWhoIsUnknown) {
  EXPECT_THAT(admin({"user", "create-machine", "ci-bot2", "--owner", "alicia"}).err,
              HasSubstr("--owner alicia: no account of that name"));
  for (const char* group : {"credential", "session"}) {
    EXPECT_THAT(admin({group, "list", "--user", "alicia"}).err,
                StartsWith("latchkey: alicia: no account of that name"));
  }
}

TEST_F(Messages, GiveTheCommandThatClosesAFile) {
  const std::string users = root_ + "/state/users";
  const std::string seal = root_ + "/state/keys/seal.key";
  const std::string active = root_ + "/state/keys/active";
  const std::string store = root_ + "/state/latchkey.db";
  set_mode(users, 0644);
  set_mode(seal, 0644);
  set_mode(store, 0644);
  const std::string told = admin({"check"}).out;
  EXPECT_THAT(told, HasSubstr("`chmod 640 " + users + "`"));
  EXPECT_THAT(told, HasSubstr("`chmod 600 " + seal + "`"));
  EXPECT_THAT(told, HasSubstr("`chmod 600 " + store + "`"));
  for (const std::string& path : {users, seal, store}) set_mode(path, 0600);
  set_mode(active, 0666);
  EXPECT_THAT(admin({"check"}).out, HasSubstr("`chmod 644 " + active + "`"));
  set_mode(active, 0644);
}

TEST_F(Messages, NoteAStoreDirectoryThatOthersMayEnter) {
  set_mode(root_ + "/state", 0755);
  const CommandRun open = admin({"check"});
  set_mode(root_ + "/state", 0700);
  EXPECT_EQ(open.status, 0);
  EXPECT_THAT(open.out, HasSubstr("`chmod go-rwx " + root_ + "/state`"));
  EXPECT_THAT(admin({"check"}).out, Not(HasSubstr("chmod")));
}

TEST_F(Messages, TellHowToRetireTheKeyThatSigns) {
  const std::string keys = admin({"key", "list", "--json"}).out;
  const std::string begin = "\"id\":\"";
  const std::size_t at = keys.find(begin) + begin.size();
  const std::string id = keys.substr(at, keys.find('"', at) - at);
  EXPECT_THAT(admin({"key", "retire", id}).err,
              AllOf(HasSubstr("`latchkey key rotate` first"), HasSubstr("`latchkey key drop`")));
}

TEST_F(Messages, TellWhatWritesTheKeyOfOldTokens) {
  const std::string other = root_ + "/legacy.toml";
  std::ofstream(other) << std::ifstream(file()).rdbuf()
                       << "\n[legacy]\npublic_key_file = \"none.pem\"\n"
                          "until = \"2099-01-01\"\n";
  EXPECT_THAT(run_in({"--config", other, "check"}).out,
              HasSubstr("none.pem is missing; `latchkey migrate nexus-proxy` writes it"));
}

TEST_F(Messages, TellWhichRuleWantsASignIn) {
  EXPECT_THAT(admin({"explain", "--path", "/x"}).out,
              ::testing::ContainsRegex(
                  "why: rule 1 \\(line [0-9]+\\) wants a sign-in, and nothing was sent\n"));
}

TEST_F(Messages, NameTheHostThatIsUnknown) {
  EXPECT_THAT(run_in({"login", "https://unknown-host.invalid"}).err,
              StartsWith("latchkey: login: https://unknown-host.invalid: "));
}

}  // namespace
}  // namespace latchkey::admin
