#include "latchkey/config/load.h"

#include <gtest/gtest.h>

#include "unit/config/workshop.h"

namespace latchkey::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Load : public Workshop {};

TEST_F(Load, TakesTheShortestFileAndFillsInTheDefaults) {
  const Config config = good(kShortest);

  EXPECT_EQ(config.file, at("latchkey.toml"));
  EXPECT_EQ(config.site.url, "https://sso.example");
  EXPECT_TRUE(config.site.https);
  EXPECT_EQ(config.local.users_file, at("users"));
  EXPECT_EQ(config.store.path, "/var/lib/latchkey/latchkey.db");
  EXPECT_EQ(config.credential.key_directory, "/var/lib/latchkey/keys");
  EXPECT_EQ(config.session.idle, std::chrono::hours(8));
  EXPECT_EQ(config.credential.lifetime, std::chrono::days(365));
  EXPECT_THAT(config.health.user_agents, IsEmpty());
  EXPECT_EQ(config.pool.socket_mode, 0660U);
}

TEST_F(Load, MeansEverybodyWhoIsSignedInWhenThereIsNoRule) {
  const Config config = good(kShortest);

  ASSERT_EQ(config.rules.size(), 1U);
  EXPECT_EQ(config.rules[0].who, Who::kAuthenticated);
}

TEST_F(Load, ReportsAllFaultsInTheOrderOfTheFile) {
  EXPECT_THAT(
      faults_of("[site]\n"
                "url = \"ftp://sso.example\"\n"
                "titel = \"x\"\n"
                "[sesion]\n"
                "[session]\n"
                "idle = 8\n"),
      ElementsAre(
          StartsWith(" provider: nobody can sign in"),
          StartsWith("2: site.url: is \"ftp://sso.example\"; must begin with https://"),
          StartsWith("3: site.titel: is an unknown key. Did you mean title?"),
          AllOf(StartsWith("4: sesion: is an unknown section"), HasSubstr("Did you mean session?")),
          StartsWith("6: session.idle: is a whole number; must be a duration")));
}

TEST_F(Load, NamesFileLineAndKeyOfAFault) {
  const auto loaded = load_text(kShortest + "basic = 1\n");

  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error()[0].str(),
            at("latchkey.toml") +
                ":5: local.basic: is a whole number; must be true or false, "
                "without quotes");
}

TEST_F(Load, NamesTheLineWhereTheTextIsNoToml) {
  EXPECT_THAT(faults_of("[site]\nurl = \n"), IsOneFault("2: ", "this is no TOML"));
}

TEST_F(Load, SaysThatTextsStandInQuotes) {
  const std::string advice = "; texts stand in double quotes";
  for (const char* value : {"nexus.example.com", "/var/lib/x", "[ one, \"two\" ]"}) {
    EXPECT_THAT(faults_of(std::string("[site]\nurl = ") + value + "\n"), IsOneFault("2: ", advice))
        << value;
  }
  for (const char* value : {"", "\"open", "12x", "true false"}) {
    EXPECT_THAT(faults_of(std::string("[site]\nurl = ") + value + "\n"),
                ::testing::Not(IsOneFault("2: ", advice)))
        << value;
  }
}

TEST_F(Load, NeverWritesControlCharactersOfTheFileToTheTerminalC22) {
  EXPECT_THAT(faults_of(kShortest + "\"\\u001b[2J\\n\" = 1\n"),
              IsOneFault("5: local.?[2J?: ", "unknown key"));
}

TEST_F(Load, SurvivesTextsThatTheParserDidNotExpectC20) {
  for (const char* text : {"[[\n[rule]\n", "[", "[[", "[=", "[[a", "a.", "a = {=", "a = [", "[a.=]",
                           "a = \xc3\xb6\n", "\xc3\xb6 = 1\n", "a = 1 \xcf\xa6 b\n"}) {
    EXPECT_THAT(faults_of(text), IsOneFault("", "this is no TOML")) << text;
  }
}

TEST_F(Load, RefusesAKeyThatStandsTwice) {
  EXPECT_THAT(faults_of(kShortest + "users_file = \"b\"\n"), IsOneFault("5: ", "this is no TOML"));
}

TEST_F(Load, SaysWhereAMisplacedKeyBelongs) {
  EXPECT_THAT(faults_of(kShortest + "journal = \"wal\"\n"),
              IsOneFault("5: local.journal: ", "it belongs to [store]"));
  EXPECT_THAT(faults_of("realm = \"x\"\n" + kShortest),
              IsOneFault("1: realm: ", "stands in no section; it belongs to [site]"));
}

TEST_F(Load, AsksForTwoBracketsWhereThereMayBeSeveral) {
  EXPECT_THAT(faults_of(kShortest + "[rule]\nwho = \"anyone\"\n"),
              IsOneFault("5: rule: ", "[[rule]]"));
  EXPECT_THAT(faults_of("[[site]]\nurl = \"https://a.example\"\n" + kProvider),
              testing::Contains(HasSubstr("must be written as [site]")));
}

TEST_F(Load, RefusesAFileThatIsNotThereOrNoFile) {
  const auto missing = load(at("none.toml"), Secrets::kAll, Environment::kIgnored);
  const auto directory = load(directory_, Secrets::kAll, Environment::kIgnored);

  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error()[0].str(), HasSubstr("cannot be opened: No such file"));
  ASSERT_FALSE(directory.has_value());
  EXPECT_THAT(directory.error()[0].str(), HasSubstr("no regular file"));
}

TEST_F(Load, RefusesAFileThatEverybodyCanWrite) {
  write("open.toml", kShortest, 0666);

  const auto loaded = load(at("open.toml"), Secrets::kAll, Environment::kIgnored);

  ASSERT_FALSE(loaded.has_value());
  EXPECT_THAT(loaded.error()[0].str(), HasSubstr("can be written by everybody"));
}

TEST_F(Load, TakesRelativeNamesFromTheDirectoryOfTheFile) {
  const Config config = good(kShortest + "[store]\nurl = \"sqlite:state/../data/l.db\"\n");

  EXPECT_EQ(config.store.path, at("data/l.db"));
  EXPECT_EQ(config.credential.key_directory, at("data/keys"));
}

TEST_F(Load, RefusesAConfigurationThatNobodyCanSignInWith) {
  const std::string site = "[site]\nurl = \"https://sso.example\"\n";
  EXPECT_THAT(faults_of(site), IsOneFault(" provider: ", "nobody can sign in"));
  EXPECT_THAT(faults_of(site + "[local]\n"), IsOneFault(" provider: ", "nobody can sign in"));
  for (const char* const local : {"", "[local]\n"}) {
    EXPECT_THAT(faults_of(site + local),
                IsOneFault(" provider: ", "enabled = true to [certificate] or [remote_user]"));
  }
}

TEST_F(Load, RefusesAStoreThatIsNoFile) {
  for (const char* url :
       {"postgres://x", "sqlite:", "sqlite::memory:", "sqlite:/tmp/", "sqlite:a?b"}) {
    EXPECT_THAT(faults_of(kShortest + "[store]\nurl = \"" + url + "\"\n"),
                IsOneFault("6: store.url: ", "must be sqlite: and the name of a file"))
        << url;
  }
}

TEST_F(Load, RefusesDurationsOutOfRangeOrOfNoUnit) {
  for (const char* idle :
       {"\"8\"", "\"0s\"", "\"8 h\"", "\"-1h\"", "\"900w\"", "\"\"", "8", "true"}) {
    EXPECT_THAT(faults_of(kShortest + "[session]\nidle = " + idle + "\n"),
                IsOneFault("6: session.idle: ", "must be a duration from 1m to 365d"))
        << idle;
  }
}

TEST_F(Load, RefusesAnIdleTimeBeyondTheEndOfTheSession) {
  EXPECT_THAT(faults_of(kShortest + "[session]\nidle = \"8d\"\n"),
              IsOneFault("6: session.idle: ", "longer than session.absolute"));
  EXPECT_THAT(faults_of(kShortest + "[session]\nabsolute = \"1h\"\n"),
              IsOneFault("6: session.absolute: ", "session.idle longer"));
}

TEST_F(Load, RefusesACredentialLifetimeOverItsMaximumOrNotInDays) {
  EXPECT_THAT(faults_of(kShortest + "[credential]\nlifetime = \"400d\"\n"),
              IsOneFault("6: credential.lifetime: ", "lifetime_max"));
  EXPECT_THAT(faults_of(kShortest + "[credential]\nlifetime = \"36h\"\n"),
              IsOneFault("6: credential.lifetime: ", "whole number of days"));
  EXPECT_EQ(good(kShortest + "[credential]\nlifetime = \"2w\"\n").credential.lifetime,
            std::chrono::days(14));
}

TEST_F(Load, FindsTheFileByOptionThenVariableThenDefault) {
  ::unsetenv("LATCHKEY_CONFIG");
  EXPECT_EQ(chosen_file(""), "/etc/latchkey/latchkey.toml");
  ::setenv("LATCHKEY_CONFIG", "/from/variable.toml", 1);
  EXPECT_EQ(chosen_file(""), "/from/variable.toml");
  EXPECT_EQ(chosen_file("/from/option.toml"), "/from/option.toml");
  ::unsetenv("LATCHKEY_CONFIG");
}

}  // namespace
}  // namespace latchkey::config
