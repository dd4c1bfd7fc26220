// The administrator's command, run in this process on directories of its own.
#include "latchkey/admin/command.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "latchkey/config/load.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/password.h"
#include "latchkey/store/store.h"
#include "latchkey/wire/json.h"
#include "command_run.h"
#include "support/results.h"

namespace latchkey::admin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string line_of(const std::string& text, const std::string& begin) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(begin)) return line.substr(begin.size());
  }
  return {};
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

// Keys take a second to make: one installation for all tests that only use it.
class Command : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = fresh_directory();
    ran_ = run_in({"--config", root_ + "/latchkey.toml", "init", "--user", "anna"});
    ASSERT_EQ(ran_.status, 0) << ran_.err;
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(root_); }

  static CommandRun admin(std::vector<std::string> words, const std::string& input = {},
                          const Clock& clock = SystemClock()) {
    words.insert(words.begin(), {"--config", root_ + "/latchkey.toml"});
    return run_in(words, input, clock);
  }

  static wire::Json json_of(const CommandRun& ran) {
    Result<wire::Json> json = wire::Json::parse(ran.out, 1'000'000);
    EXPECT_THAT(json, IsOk()) << ran.out << ran.err;
    return *json;
  }

  // The element of a listing whose member `id` is `id`.
  static wire::Json entry(const CommandRun& ran, const std::string& id) {
    for (const wire::Json& element : json_of(ran).elements()) {
      if (*element.string("id") == id) return element;
    }
    ADD_FAILURE() << id << " is not in " << ran.out;
    return json_of({0, "{}", ""});
  }

  static wire::Json issue(const std::string& user = "anna") {
    const CommandRun ran = admin({"credential", "issue", "--user", user, "--json"});
    EXPECT_EQ(ran.status, 0) << ran.err;
    return json_of(ran);
  }

  static void write(const std::string& file, const std::string& text, mode_t mode = 0600) {
    std::ofstream(file) << text;
    ::chmod(file.c_str(), mode);
  }

  static inline std::string root_;
  static inline CommandRun ran_;
};

TEST_F(Command, InitPrintsAGeneratedPasswordThatWorksN46) {
  const std::string password = line_of(ran_.out, "password: ");
  EXPECT_EQ(line_of(ran_.out, "user: "), "anna");
  EXPECT_EQ(password.size(), 20u);
  const Result<crypto::PasswordFile> users = crypto::PasswordFile::load(root_ + "/state/users");
  ASSERT_THAT(users, IsOk());
  EXPECT_THAT(users->verify("anna", SecretString(password)), IsOk());
}

TEST_F(Command, InitGivesEachInstallationAnotherPasswordN46) {
  const std::string other = fresh_directory();
  const CommandRun ran = run_in({"--config", other + "/latchkey.toml", "init"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_NE(line_of(ran.out, "password: "), line_of(ran_.out, "password: "));
  std::filesystem::remove_all(other);
}

TEST_F(Command, InitClosesSecretsToOthersN29) {
  EXPECT_EQ(mode_of(root_ + "/state"), 0700u);
  EXPECT_EQ(mode_of(root_ + "/state/users"), 0600u);
  EXPECT_EQ(mode_of(root_ + "/state/latchkey.db"), 0600u);
  EXPECT_EQ(mode_of(root_ + "/state/keys"), 0700u);
  EXPECT_EQ(mode_of(root_ + "/state/keys/seal.key"), 0600u);
}

TEST_F(Command, InitKeepsThePasswordOutOfTheConfiguration) {
  std::ifstream file(root_ + "/latchkey.toml");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_THAT(text, Not(HasSubstr(line_of(ran_.out, "password: "))));
}

TEST_F(Command, InitNeverOverwrites) {
  const CommandRun again = admin({"init"});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("nothing was changed"));
  EXPECT_EQ(admin({"init", "--url", "https://x.example"}).status, 1);
}

TEST_F(Command, InitLeavesAnOldStoreAlone) {
  const std::string other = fresh_directory();
  std::filesystem::create_directory(other + "/state");
  write(other + "/state/users", "anna:x\n");
  const CommandRun ran = run_in({"--config", other + "/latchkey.toml", "init"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_FALSE(std::filesystem::exists(other + "/latchkey.toml"));
  std::filesystem::remove_all(other);
}

TEST_F(Command, InitMakesWhatAWrittenConfigurationLacks) {
  const std::string other = fresh_directory();
  write(other + "/users", "");
  write(other + "/latchkey.toml",
        "[site]\nurl = \"http://127.0.0.1:1\"\n[store]\nurl = "
        "\"sqlite:state/latchkey.db\"\n[local]\nusers_file = \"users\"\n");
  const CommandRun ran = run_in({"--config", other + "/latchkey.toml", "init"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_TRUE(std::filesystem::exists(other + "/state/keys/active"));
  EXPECT_TRUE(std::filesystem::exists(other + "/state/latchkey.db"));
  EXPECT_EQ(std::filesystem::file_size(other + "/users"), 0u);
  std::filesystem::remove_all(other);
}

TEST_F(Command, InitSaysWhichPathItCannotLookAt) {
  const std::string other = fresh_directory();
  std::filesystem::create_symlink("loop", other + "/loop");
  write(other + "/latchkey.toml",
        "[site]\nurl = \"http://127.0.0.1:1\"\n[store]\nurl = \"sqlite:state/latchkey.db\"\n"
        "[local]\nusers_file = \"loop/users\"\n");
  const CommandRun ran = run_in({"--config", other + "/latchkey.toml", "init"});
  EXPECT_EQ(ran.status, 1) << ran.out;
  EXPECT_THAT(ran.err, ::testing::HasSubstr(other + "/loop/users"));
  std::filesystem::remove_all(other);
}

TEST_F(Command, InitForCgiUsesTheJournalForNetworkFileSystems) {
  const std::string other = fresh_directory();
  ASSERT_EQ(run_in({"--config", other + "/latchkey.toml", "init", "--cgi"}).status, 0);
  const std::expected<config::Config, std::vector<config::Fault>> config = config::load(
      other + "/latchkey.toml", config::Secrets::kAll, config::Environment::kIgnored);
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->store.journal, config::Journal::kDelete);
  std::filesystem::remove_all(other);
}

TEST_F(Command, InitWritesNothingThatTheWebWouldServeC17) {
  const std::string root = fresh_directory();
  std::filesystem::create_directory(root + "/latchkey");
  const CommandRun ran = run_in({"--config", root + "/latchkey/latchkey.toml", "init", "--cgi",
                          "--document-root", root});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("below the document root"));
  EXPECT_TRUE(std::filesystem::is_empty(root + "/latchkey"));
  std::filesystem::remove_all(root);
}

TEST_F(Command, InitMakesNothingThatAWrittenConfigurationPutsIntoTheWebC17) {
  const std::string other = fresh_directory();
  std::filesystem::create_directory(other + "/www");
  write(other + "/users", "");
  write(other + "/latchkey.toml",
        "[site]\nurl = \"http://127.0.0.1:1\"\n[store]\nurl = "
        "\"sqlite:www/latchkey.db\"\n[local]\nusers_file = \"users\"\n");
  const CommandRun ran =
      run_in({"--config", other + "/latchkey.toml", "init", "--document-root", other + "/www"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("store.url"));
  EXPECT_TRUE(std::filesystem::is_empty(other + "/www"));
  std::filesystem::remove_all(other);
}

TEST_F(Command, InitRefusesADocumentRootThatIsNotThere) {
  const std::string other = fresh_directory();
  const CommandRun ran = run_in({"--config", other + "/latchkey.toml", "init", "--document-root",
                          other + "/public_htm"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_TRUE(std::filesystem::is_empty(other));
  std::filesystem::remove_all(other);
}

TEST_F(Command, ChecksThatTheWebServesNothingPrivateC17) {
  const CommandRun exposed = admin({"check", "--document-root", root_});
  EXPECT_EQ(exposed.status, 1);
  EXPECT_THAT(exposed.out, HasSubstr("FAULT  document root: --config: "));
  std::filesystem::create_directory(root_ + "/www");
  const CommandRun good = admin({"check", "--document-root", root_ + "/www"});
  EXPECT_EQ(good.status, 0) << good.out;
  EXPECT_THAT(good.out, HasSubstr("good   document root"));
}

TEST_F(Command, InitWithABadUrlLeavesNothing) {
  const std::string other = fresh_directory();
  const CommandRun ran = run_in({"--config", other + "/latchkey.toml", "init", "--url", "ftp://x"});
  EXPECT_EQ(ran.status, 78);
  EXPECT_THAT(ran.err, ::testing::StartsWith("latchkey: init: --url: "));
  EXPECT_TRUE(std::filesystem::is_empty(other));
  std::filesystem::remove_all(other);
}

TEST_F(Command, InitRefusesAUserNameThatIsNone) {
  const std::string other = fresh_directory();
  EXPECT_EQ(run_in({"--config", other + "/latchkey.toml", "init", "--user", "a:b"}).status, 64);
  EXPECT_TRUE(std::filesystem::is_empty(other));
  std::filesystem::remove_all(other);
}

TEST_F(Command, ChecksAGoodInstallation) {
  const CommandRun ran = admin({"check"});
  EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("good   store"));
}

TEST_F(Command, ChecksTheKeyOfOldTokensAndTheirDay) {
  std::ifstream good(root_ + "/latchkey.toml");
  std::stringstream text;
  text << good.rdbuf() << "\n[legacy]\npublic_key_file = \"old.pem\"\nuntil = \"2020-01-01\"\n";
  const std::string file = root_ + "/with-legacy.toml";
  write(file, text.str(), 0644);
  const CommandRun missing = run_in({"--config", file, "check"});
  write(root_ + "/old.pem", "no key", 0644);
  const CommandRun garbage = run_in({"--config", file, "check"});
  EXPECT_EQ(missing.status, 1) << missing.out << missing.err;
  EXPECT_THAT(missing.out, HasSubstr("FAULT  old tokens' key: " + root_ + "/old.pem"));
  EXPECT_THAT(missing.out, HasSubstr("note   legacy.until has passed"));
  EXPECT_EQ(garbage.status, 1) << garbage.out << garbage.err;
  EXPECT_THAT(garbage.out, HasSubstr("FAULT  old tokens' key: " + root_ + "/old.pem"));
}

TEST_F(Command, CheckFindsOpenKeysN29) {
  const std::string key = root_ + "/state/keys/seal.key";
  ::chmod(key.c_str(), 0644);
  const CommandRun ran = admin({"check"});
  ::chmod(key.c_str(), 0600);
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr("FAULT  keys"));
}

TEST_F(Command, CheckSaysWhatToDoAboutFilesThatAreGone) {
  for (const std::string_view name : {"keys/active", "keys/seal.key", "users"}) {
    const std::string file = (root_ + "/state/").append(name);
    std::filesystem::rename(file, file + ".away");
    const CommandRun ran = admin({"check"});
    std::filesystem::rename(file + ".away", file);
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.out, HasSubstr(file + " is missing; put it back, or let `latchkey init`"));
  }
}

TEST_F(Command, InitMakesAMissingSealingKeyAndKeepsTheOthers) {
  const std::string keys = root_ + "/state/keys";
  const auto active = [&] { return std::filesystem::last_write_time(keys + "/active"); };
  const auto before = active();
  std::filesystem::rename(keys + "/seal.key", root_ + "/seal.away");
  const CommandRun made = admin({"init"});
  const bool there = std::filesystem::exists(keys + "/seal.key");
  std::filesystem::rename(root_ + "/seal.away", keys + "/seal.key");
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_TRUE(there);
  EXPECT_EQ(active(), before);
}

TEST_F(Command, InitIntoAMissingDirectorySaysWhichToMake) {
  const CommandRun ran = run_in({"--config", root_ + "/no/such/latchkey.toml", "init"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("mkdir -p " + root_ + "/no/such\n"));
}

TEST_F(Command, CheckFindsAnOpenStoreN29) {
  const std::string database = root_ + "/state/latchkey.db";
  ::chmod(database.c_str(), 0644);
  const CommandRun ran = admin({"check"});
  ::chmod(database.c_str(), 0600);
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr("FAULT  store"));
}

TEST_F(Command, PrintsAllFaultsOfAConfiguration) {
  const std::string file = root_ + "/bad.toml";
  write(file, "[site]\nurl = \"ftp://x\"\nnonsense = 1\n");
  const CommandRun ran = run_in({"--config", file, "check"});
  EXPECT_EQ(ran.status, 78);
  EXPECT_THAT(ran.err, HasSubstr("site.url"));
  EXPECT_THAT(ran.err, HasSubstr("nonsense"));
}

TEST_F(Command, SaysWhatWasWrongWithTheWords) {
  EXPECT_EQ(run_in({}).status, 64);
  EXPECT_EQ(run_in({"fly"}).status, 64);
  EXPECT_EQ(admin({"user"}).status, 64);
  EXPECT_EQ(admin({"user", "show"}).status, 64);
  EXPECT_EQ(admin({"credential", "revoke"}).status, 64);
  EXPECT_EQ(admin({"session", "end"}).status, 64);
  EXPECT_EQ(run_in({"--help"}).status, 0);
  EXPECT_EQ(run_in({"--version"}).status, 0);
}

TEST_F(Command, NamesAWordThatIsNoCommandAndThoseThatAre) {
  const CommandRun fly = run_in({"fly"});
  EXPECT_THAT(fly.err, HasSubstr("latchkey: `fly` is no command; there are: init, check, "));
  EXPECT_THAT(fly.err, HasSubstr(", doctor\n"));
  EXPECT_THAT(admin({"user", "fly", "--json"}).err,
              HasSubstr("latchkey user: `fly` is no command; there are: list, show, "));
  EXPECT_THAT(run_in({}).err, HasSubstr("latchkey: a command is missing; there are: init, "));
  EXPECT_THAT(admin({"user", "show"}).err, HasSubstr("USER is required"));
}

TEST_F(Command, TakesNoTokenFromTheCommandLine) {
  EXPECT_EQ(admin({"credential", "revoke", "--token", "eyJhbGciOi"}).status, 64);
}

TEST_F(Command, IssuesForALocalUserWhoNeverSignedIn) {
  const wire::Json issued = issue();
  EXPECT_EQ(*issued.string("username"), "anna");
  EXPECT_THAT(*issued.string("password"), ::testing::StartsWith("eyJ"));
  EXPECT_EQ(*entry(admin({"credential", "list", "--json"}), *issued.string("id")).string("state"),
            "live");
}

TEST_F(Command, IssuesNothingForAStranger) {
  const CommandRun ran = admin({"credential", "issue", "--user", "nobody"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out, "");
}

TEST_F(Command, IssuesWithLabelLifetimeAndScopes) {
  const CommandRun ran = admin({"credential", "issue", "--user", "anna", "--label", "ci", "--days", "2",
                         "--scope", "read", "--json"});
  const wire::Json listed =
      entry(admin({"credential", "list", "--user", "anna", "--json"}), *json_of(ran).string("id"));
  EXPECT_EQ(*listed.string("label"), "ci");
  EXPECT_EQ(*listed.strings("scopes"), std::vector<std::string>{"read"});
  EXPECT_EQ(admin({"credential", "issue", "--user", "anna", "--days", "9999"}).status, 1);
  const CommandRun none = admin({"credential", "issue", "--user", "anna", "--days", "0"});
  EXPECT_EQ(none.status, 64);
  EXPECT_EQ(none.err, "latchkey: --days: from 1 to 365, which is lifetime_max of [credential]\n");
}

TEST_F(Command, ListsNoTokenN32) {
  issue();
  EXPECT_THAT(admin({"credential", "list"}).out, Not(HasSubstr("eyJ")));
  EXPECT_THAT(admin({"credential", "list", "--json"}).out, Not(HasSubstr("eyJ")));
}

TEST_F(Command, RevokesByIdAndByToken) {
  const wire::Json first = issue();
  const wire::Json second = issue();
  EXPECT_EQ(admin({"credential", "revoke", *first.string("id")}).status, 0);
  EXPECT_EQ(
      admin({"credential", "revoke", "--token", "-"}, *second.string("password") + "\n").status, 0);
  const CommandRun list = admin({"credential", "list", "--json"});
  EXPECT_EQ(*entry(list, *first.string("id")).string("state"), "revoked");
  EXPECT_EQ(*entry(list, *second.string("id")).string("state"), "revoked");
}

TEST_F(Command, RevokesNothingByAnAlteredToken) {
  const wire::Json issued = issue();
  std::string token = *issued.string("password");
  token[token.size() - 10] = token[token.size() - 10] == 'A' ? 'B' : 'A';
  const CommandRun ran = admin({"credential", "revoke", "--token", "-"}, token);
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, Not(HasSubstr("eyJ")));
  EXPECT_EQ(*entry(admin({"credential", "list", "--json"}), *issued.string("id")).string("state"),
            "live");
}

TEST_F(Command, RevokesWhatAPastedTextHolds) {
  const wire::Json first = issue();
  const wire::Json second =
      json_of(admin({"credential", "issue", "--user", "anna", "--form", "short", "--json"}));
  EXPECT_THAT(*second.string("password"), ::testing::StartsWith("lkc_"));
  const CommandRun ran = admin({"credential", "revoke", "--token", "-"},
                        "+ npm config set //h/:_authToken=" + *second.string("password") +
                            "\nAuthorization: Bearer " + *first.string("password") + "\n");
  EXPECT_EQ(ran.status, 0) << ran.err;
  const CommandRun list = admin({"credential", "list", "--json"});
  EXPECT_EQ(*entry(list, *first.string("id")).string("state"), "revoked");
  EXPECT_EQ(*entry(list, *second.string("id")).string("state"), "revoked");
  EXPECT_EQ(admin({"credential", "revoke", "--token", "-"}, "nothing of ours").status, 1);
}

TEST_F(Command, SaysThatAPastedTextWasCut) {
  const wire::Json issued = issue();
  std::string log(std::size_t{16} << 20, '\n');
  const std::string token = *issued.string("password");
  EXPECT_EQ(admin({"credential", "revoke", "--token", "-"}, log + token).status, 1);
  EXPECT_EQ(*entry(admin({"credential", "list", "--json"}), *issued.string("id")).string("state"), "live");
  log.replace(100'000, token.size(), token);
  const CommandRun ran = admin({"credential", "revoke", "--token", "-"}, log + "more");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.out, HasSubstr(": revoked"));
  EXPECT_THAT(ran.err, HasSubstr("only the first 16 MiB"));
  EXPECT_EQ(admin({"credential", "revoke", "--token", "-"}, log).status, 0);
}

TEST_F(Command, RevokesAllOfAUserWhenToldSoTwice) {
  const wire::Json issued = issue();
  EXPECT_EQ(admin({"credential", "revoke", "--user", "anna"}).status, 64);
  EXPECT_EQ(admin({"credential", "revoke", "--all"}).status, 64);
  EXPECT_EQ(admin({"credential", "revoke", "--all", "--user", "anna"}).status, 0);
  EXPECT_EQ(*entry(admin({"credential", "list", "--json"}), *issued.string("id")).string("state"),
            "revoked");
}

TEST_F(Command, RotatesACredentialOnce) {
  const std::string id = *issue().string("id");
  const CommandRun ran = admin({"credential", "rotate", id, "--overlap", "2h", "--json"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const CommandRun list = admin({"credential", "list", "--json"});
  EXPECT_EQ(*entry(list, id).string("replaced_by"), *json_of(ran).string("id"));
  EXPECT_EQ(admin({"credential", "rotate", id}).status, 1);
  EXPECT_EQ(admin({"credential", "rotate", id, "--overlap", "soon"}).status, 64);
  EXPECT_EQ(admin({"credential", "rotate", id, "--overlap", "31d"}).status, 1);
}

TEST_F(Command, ListsWhatEndsSoon) {
  const wire::Json soon =
      json_of(admin({"credential", "issue", "--user", "anna", "--days", "3", "--json"}));
  const wire::Json late =
      json_of(admin({"credential", "issue", "--user", "anna", "--days", "90", "--json"}));
  const CommandRun list = admin({"credential", "list", "--ending", "14", "--json"});
  entry(list, *soon.string("id"));
  EXPECT_THAT(list.out, Not(HasSubstr(*late.string("id"))));
}

TEST_F(Command, MakesAMachineUserWhoEndsWithItsOwner) {
  issue();  // anna has an account now
  ASSERT_EQ(admin({"user", "create-machine", "ci-bot", "--owner", "anna", "--days", "30",
                   "--group", "deployers"}).status, 0);
  EXPECT_EQ(admin({"user", "create-machine", "ci-bot", "--owner", "anna"}).status, 1);
  EXPECT_EQ(admin({"user", "create-machine", "other", "--owner", "nobody"}).status, 1);
  EXPECT_EQ(admin({"user", "create-machine", "a:b", "--owner", "anna"}).status, 1);
  EXPECT_EQ(admin({"user", "create-machine", "other", "--owner", "anna", "--days", "0"}).status, 64);
  const wire::Json issued = issue("ci-bot");
  const wire::Json shown = json_of(admin({"user", "show", "ci-bot", "--json"}));
  EXPECT_EQ(*shown.strings("groups"), std::vector<std::string>{"deployers"});
  EXPECT_EQ(*shown.string("expires"), *issued.string("expires"));

  const auto state = [&] {
    return *entry(admin({"credential", "list", "--json"}), *issued.string("id")).string("state");
  };
  EXPECT_EQ(state(), "live");
  ASSERT_EQ(admin({"user", "disable", "anna"}).status, 0);
  EXPECT_EQ(state(), "ended");
  EXPECT_EQ(admin({"user", "enable", "ci-bot"}).status, 1);
  ASSERT_EQ(admin({"user", "enable", "anna"}).status, 0);
  EXPECT_EQ(state(), "ended");
  ASSERT_EQ(admin({"user", "assign", "ci-bot", "--owner", "anna"}).status, 0);
  EXPECT_EQ(state(), "live");
}

TEST_F(Command, RevokesNothingThatIsUnknown) {
  EXPECT_EQ(admin({"credential", "revoke", "0190a000-0000-7000-8000-000000000000"}).status, 1);
}

TEST_F(Command, DisablesAndEnablesAUser) {
  const wire::Json issued = issue();
  EXPECT_EQ(admin({"user", "disable", "anna"}).status, 0);
  EXPECT_THAT(admin({"user", "show", "anna"}).out, HasSubstr("state: disabled"));
  EXPECT_EQ(admin({"credential", "issue", "--user", "anna"}).status, 1);
  EXPECT_EQ(admin({"user", "enable", "anna"}).status, 0);
  EXPECT_THAT(admin({"user", "list"}).out, HasSubstr("enabled"));
  // What was held before stays dead.
  EXPECT_EQ(*entry(admin({"credential", "list", "--json"}), *issued.string("id")).string("state"),
            "ended");
}

TEST_F(Command, ListsAndEndsSessions) {
  issue();
  store::Store store = *store::Store::open(root_ + "/state/latchkey.db", config::Journal::kWal,
                                           store::Access::kReadWrite);
  const model::Account anna = *store.accounts().find_by_name("anna");
  const TimePoint now = SystemClock().now();
  model::Session session;
  session.id = "0190a000-0000-7000-8000-00000000000a";
  session.account = anna.id;
  session.epoch = anna.session_epoch;
  session.provider = "local";
  session.created = session.last_seen = now;
  session.idle_end = session.absolute_end = now + Seconds(600);
  ASSERT_THAT(store.sessions().create(session, crypto::sha256("x"), "state", now + Seconds(600)),
              IsOk());
  EXPECT_EQ(*entry(admin({"session", "list", "--json"}), session.id).string("state"), "live");
  EXPECT_EQ(admin({"session", "end", session.id}).status, 0);
  EXPECT_THAT(admin({"session", "list", "--user", "anna"}).out, Not(HasSubstr(session.id)));
  EXPECT_EQ(admin({"session", "end", session.id}).status, 1);
  EXPECT_EQ(admin({"session", "end", "--user", "anna"}).status, 0);
}

TEST_F(Command, ListsMoreSessionsThanOneReadOfTheStoreGives) {
  store::Store store = *store::Store::open(root_ + "/state/latchkey.db", config::Journal::kWal,
                                           store::Access::kReadWrite);
  SystemRandom random;
  const TimePoint now = SystemClock().now();
  model::Session session;
  issue();  // makes the account where no test before has
  const model::Account anna = *store.accounts().find_by_name("anna");
  session.account = anna.id;
  session.epoch = anna.session_epoch;
  session.provider = "local";
  session.created = session.last_seen = now;
  session.idle_end = session.absolute_end = now + Seconds(600);
  for (std::uint32_t i = 0; i <= store::kListRowsMax; ++i) {
    session.id = make_uuid_v7(now + Seconds(i), random);
    ASSERT_THAT(store.sessions().create(session, crypto::sha256(session.id), session.id, now),
                IsOk());
  }
  EXPECT_THAT(admin({"session", "list", "--user", "anna"}).out, HasSubstr(session.id));
  EXPECT_EQ(admin({"session", "end", "--user", "anna"}).status, 0);
}

TEST_F(Command, RotatesAndRetiresKeys) {
  const std::string old =
      *json_of(admin({"key", "list", "--json"})).elements().front().string("id");
  EXPECT_EQ(admin({"key", "retire", old}).status, 1);  // it signs
  EXPECT_EQ(admin({"key", "rotate"}).status, 0);
  EXPECT_EQ(*entry(admin({"key", "list", "--json"}), old).string("state"), "verify-only");
  EXPECT_EQ(json_of(admin({"key", "export-jwks"})).array("keys")->size(), 2u);
  EXPECT_EQ(admin({"key", "retire", old}).status, 0);
  EXPECT_EQ(json_of(admin({"key", "export-jwks"})).array("keys")->size(), 1u);
}

// The verbs that change keys, and what the audit log tells of them.
class KeyCommand : public Command {
 protected:
  static std::string signing_key() {
    const CommandRun keys = admin({"key", "list", "--json"});
    for (const wire::Json& key : json_of(keys).elements()) {
      if (*key.string("state") == "active") return *key.string("id");
    }
    ADD_FAILURE() << keys.out << keys.err;
    return {};
  }
  static std::string state(const wire::Json& issued) {
    return *entry(admin({"credential", "list", "--json"}), *issued.string("id")).string("state");
  }
  static CommandRun paste(const wire::Json& issued) {
    return admin({"credential", "revoke", "--token", "-"}, *issued.string("password"));
  }

  // What the audit log tells of a key, in its order.
  static std::vector<std::string> told(const std::string& id) {
    std::vector<std::string> actions;
    for (const wire::Json& row :
         json_of(admin({"audit", "list", "--last", "500", "--json"})).elements()) {
      if (*row.string("object") == id) actions.push_back(*row.string("action"));
    }
    return actions;
  }

  // A log into which nothing can be written.
  static void run_in_store(const char* statement) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((root_ + "/state/latchkey.db").c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, statement, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close_v2(database);
  }
  static void break_log() {
    run_in_store("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END");
  }
  static void mend_log() { run_in_store("DROP TRIGGER full"); }
};

TEST_F(KeyCommand, DroppedKeyEndsWhatItSignedAndSaysHowMany) {
  admin({"credential", "revoke", "--all", "--user", "anna"});
  const wire::Json signed_one = issue();
  const wire::Json short_one =
      json_of(admin({"credential", "issue", "--user", "anna", "--form", "short", "--json"}));
  const CommandRun ran = admin({"key", "drop", signing_key()});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("credentials revoked: 1\n"));
  EXPECT_EQ(state(signed_one), "revoked");
  EXPECT_EQ(state(short_one), "live");
  const CommandRun pasted = paste(signed_one);
  EXPECT_EQ(pasted.status, 0) << "it is dead, and whoever asks wants to know";
  EXPECT_EQ(pasted.out, *signed_one.string("id") + ": revoked\n");
}

TEST_F(KeyCommand, DroppedKeyMayBeGoneByOtherHandsWhichEndsNothing) {
  const wire::Json issued = issue();
  const std::string old = signing_key();
  ASSERT_EQ(admin({"key", "rotate"}).status, 0);
  std::filesystem::remove(root_ + "/state/keys/public-" + old + ".pem");
  std::filesystem::remove(root_ + "/state/keys/signing-" + old + ".pem");
  EXPECT_EQ(state(issued), "live");
  const CommandRun pasted = paste(issued);
  EXPECT_EQ(pasted.status, 1);
  EXPECT_THAT(pasted.err, HasSubstr(*issued.string("id") + ": not revoked: the key"));
  EXPECT_EQ(state(issued), "live");
  const CommandRun ran = admin({"key", "drop", old});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr(old + ": was gone already; credentials revoked: "));
  EXPECT_EQ(state(issued), "revoked");
  EXPECT_EQ(admin({"key", "drop", old}).status, 1);
}

TEST_F(KeyCommand, DroppedKeyIsStillThereWhenTheLogCannotTell) {
  const auto keys = [] {
    return admin({"key", "list", "--json"}).out + admin({"key", "list-registry", "--json"}).out;
  };
  ASSERT_EQ(admin({"key", "rotate"}).status, 0);
  ASSERT_EQ(admin({"key", "export-registry"}).status, 0);
  const std::string registry_key =
      *json_of(admin({"key", "list-registry", "--json"})).elements().front().string("id");
  const std::string old =
      *json_of(admin({"key", "list", "--json"})).elements().front().string("id");
  const wire::Json issued = issue();
  const std::string before = keys();
  break_log();
  EXPECT_EQ(admin({"key", "rotate"}).status, 1);
  EXPECT_EQ(admin({"key", "rotate", "--activate-in", "1h"}).status, 1);
  EXPECT_EQ(admin({"key", "retire", old}).status, 1);
  EXPECT_EQ(admin({"key", "drop", signing_key()}).status, 1);
  EXPECT_EQ(admin({"key", "rotate-registry"}).status, 1);
  EXPECT_EQ(admin({"key", "retire-registry", registry_key}).status, 1);
  mend_log();
  EXPECT_EQ(keys(), before);
  EXPECT_EQ(state(issued), "live");
}

TEST_F(KeyCommand, PlannedKeyIsToldOfOnceWhenItSignsThoughTheLogWasFullAtFirst) {
  ASSERT_EQ(admin({"key", "export-registry"}).status, 0);
  const auto planned = [](const char* verb) {
    const CommandRun ran = admin({"key", verb, "--activate-in", "1h"});
    EXPECT_EQ(ran.status, 0) << ran.err;
    return ran.out.substr(0, ran.out.find(':'));
  };
  const std::vector<std::string> keys{planned("rotate"), planned("rotate-registry")};
  EXPECT_EQ(admin({"housekeep"}).status, 0);
  for (const std::string& id : keys) EXPECT_THAT(told(id), ::testing::ElementsAre("key_added"));
  const ManualClock later(SystemClock().now() + Seconds(3700));
  break_log();
  EXPECT_EQ(admin({"housekeep"}, {}, later).status, 1);
  mend_log();
  for (int round = 0; round < 2; ++round) EXPECT_EQ(admin({"housekeep"}, {}, later).status, 0);
  for (const std::string& id : keys) {
    EXPECT_THAT(told(id), ::testing::ElementsAre("key_added", "key_activated"));
  }
}

TEST_F(Command, CaresForTheStore) {
  EXPECT_EQ(admin({"store", "migrate"}).status, 0);
  EXPECT_EQ(admin({"store", "check"}).status, 0);
  EXPECT_EQ(admin({"store", "backup", root_ + "/backup.db"}).status, 0);
  EXPECT_EQ(mode_of(root_ + "/backup.db"), 0600u);
  EXPECT_EQ(admin({"store", "backup", root_ + "/backup.db"}).status, 1);
  EXPECT_THAT(admin({"housekeep"}).out, HasSubstr("removed: sessions"));
}

TEST_F(Command, ExplainsWhichRuleDecides) {
  issue();
  const wire::Json allowed =
      json_of(admin({"explain", "--user", "anna", "--path", "/repository/x", "--json"}));
  EXPECT_TRUE(*allowed.boolean("allowed"));
  EXPECT_THAT(*allowed.string("rule"), ::testing::StartsWith("[[rule]] number 1"));
  EXPECT_EQ(*allowed.string("class"), "basic");
  const CommandRun nobody = admin({"explain", "--path", "/x", "--json"});
  EXPECT_FALSE(*json_of(nobody).boolean("allowed"));
  const CommandRun foreign = admin({"explain", "--user", "anna", "--host", "evil.test", "--path", "/"});
  EXPECT_THAT(foreign.out, HasSubstr("reason: unknown_host"));
}

TEST_F(Command, ExplainsWhereEachFactCameFrom) {
  issue();
  const wire::Json anna = json_of(admin({"explain", "--user", "anna", "--path", "/x", "--json"}));
  EXPECT_EQ(*anna.string("user_from"), "users file");
}

TEST_F(Command, ExplainsAnOpenPathAsThePresetsAndCountsRulesAsTheyAreWritten) {
  const std::string file = root_ + "/jenkins.toml";
  std::ifstream good(root_ + "/latchkey.toml");
  std::stringstream text;
  text << good.rdbuf() << "\n[application]\npreset = \"jenkins\"\n";
  write(file, text.str(), 0644);
  const CommandRun open = run_in({"--config", file, "explain", "--path", "/github-webhook/x", "--json"});
  EXPECT_TRUE(*json_of(open).boolean("allowed")) << open.err;
  EXPECT_EQ(*json_of(open).string("rule"), "[application] open_paths, of the preset jenkins");
  const CommandRun other =
      run_in({"--config", file, "explain", "--user", "anna", "--path", "/x", "--json"});
  EXPECT_THAT(*json_of(other).string("rule"), ::testing::StartsWith("[[rule]] number 1"));
}

TEST_F(Command, ExplainSaysThatTheFileHasNoRule) {
  const std::string file = root_ + "/without-rules.toml";
  std::ifstream good(root_ + "/latchkey.toml");
  std::stringstream text;
  text << good.rdbuf();
  const std::string all = text.str();
  const std::size_t rule = all.find("\n[[rule]]\n");
  ASSERT_NE(rule, std::string::npos);
  write(file, all.substr(0, rule + 1), 0644);
  const CommandRun ran = run_in({"--config", file, "explain", "--user", "anna", "--path", "/x", "--json"});
  EXPECT_EQ(*json_of(ran).string("rule"), "no [[rule]]: everybody who is signed in");
}

TEST_F(Command, CheckExplainPrintsEveryKeyWithItsOrigin) {
  const CommandRun ran = admin({"check", "--explain"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("session.absolute = \"7d\"  # default\n"));
  EXPECT_THAT(ran.out, HasSubstr("certificate.enabled = false  # default\n"));
  EXPECT_THAT(line_of(ran.out, "site.url = "), HasSubstr("# line "));
  EXPECT_THAT(ran.out, HasSubstr("log.file = (not set)  # default\n"));
}

TEST_F(Command, ExplainsACredentialAsTheAuthorizerWouldTakeIt) {
  const wire::Json issued = issue();
  const std::string token = *issued.string("password");
  const wire::Json live =
      json_of(admin({"explain", "--token", "-", "--path", "/x", "--json"}, token));
  EXPECT_TRUE(*live.boolean("allowed"));
  EXPECT_EQ(*live.string("proof"), "jwt");
  ASSERT_EQ(admin({"credential", "revoke", *issued.string("id")}).status, 0);
  const wire::Json dead =
      json_of(admin({"explain", "--token", "-", "--path", "/x", "--json"}, token));
  EXPECT_EQ(*dead.string("reason"), "revoked_credential");
}

TEST_F(Command, ExplainRefusesAPathWithTwoReadings) {
  EXPECT_EQ(admin({"explain", "--user", "anna", "--path", "/a/%2e%2e%2f..//x"}).status, 64);
}

}  // namespace
}  // namespace latchkey::admin
