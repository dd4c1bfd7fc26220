// [pool], [log], [identity], [health] and [cache].
#include <gtest/gtest.h>

#include "unit/config/workshop.h"

namespace latchkey::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PoolSection : public Workshop {
 protected:
  std::vector<std::string> with(const std::string& line) const {
    return faults_of(kShortest + "[pool]\n" + line + "\n");
  }
};

TEST_F(PoolSection, BringsSocketsIntoOneForm) {
  const Config config =
      good(kShortest +
           "[pool]\nauthorizer_sockets = [\"unix:a.sock\", \"127.0.0.1:9000\", \"[::1]:9\"]\n");

  EXPECT_THAT(config.pool.authorizer_sockets,
              ElementsAre("unix:" + at("a.sock"), "127.0.0.1:9000", "[::1]:9"));
}

TEST_F(PoolSection, RefusesSocketsThatOthersReach) {
  for (const char* socket : {"0.0.0.0:9000", "10.0.0.1:9000", "[::]:9", "localhost:9", "127.0.0.1",
                             "unix:", "a.sock", "127.0.0.1:0"}) {
    EXPECT_THAT(with("authorizer_sockets = [\"" + std::string(socket) + "\"]"),
                IsOneFault("6: pool.authorizer_sockets: ", "must be \"unix:PATH\""))
        << socket;
  }
  EXPECT_THAT(with("authorizer_sockets = [\"unix:/" + std::string(200, 'a') + "\"]"),
              IsOneFault("6: pool.authorizer_sockets: ", "too long"));
}

TEST_F(PoolSection, RefusesOneSocketForBothPools) {
  EXPECT_THAT(with("authorizer_sockets = [\"unix:/a\"]\nresponder_sockets = [\"unix:/b/../a\"]"),
              IsOneFault("7: pool.responder_sockets: ", "second time"));
}

TEST_F(PoolSection, TakesTheModeOfTheSocketsInOctal) {
  EXPECT_EQ(good(kShortest + "[pool]\nsocket_mode = \"0600\"\n").pool.socket_mode, 0600U);
  EXPECT_EQ(good(kShortest + "[pool]\nsocket_mode = 0o660\n").pool.socket_mode, 0660U);
}

TEST_F(PoolSection, RefusesSocketsThatEveryAccountMayUse) {
  EXPECT_THAT(with("socket_mode = \"0666\""), IsOneFault("6: pool.socket_mode: ", "every account"));
  EXPECT_THAT(with("socket_mode = \"0698\""), IsOneFault("6: pool.socket_mode: ", "octal"));
  EXPECT_THAT(with("socket_mode = 660"), IsOneFault("6: pool.socket_mode: ", "must be"));
  EXPECT_THAT(with("socket_mode = 432"), IsEmpty());  // 0o660 in decimal
}

TEST_F(PoolSection, RefusesUnknownUsersAndCountsOutOfRange) {
  EXPECT_THAT(with("user = \"no-such-user\""),
              IsOneFault("6: pool.user: ", "user of this machine"));
  EXPECT_THAT(with("socket_group = \"no-such-group\""),
              IsOneFault("6: pool.socket_group: ", "group"));
  EXPECT_THAT(with("authorizer_workers = 0"),
              IsOneFault("6: pool.authorizer_workers: ", "from 1 to 480"));
  EXPECT_THAT(with("responder_workers = \"4\""),
              IsOneFault("6: pool.responder_workers: ", "without quotes"));
  EXPECT_THAT(with("drain = \"1d\""), IsOneFault("6: pool.drain: ", "from 1s to 10m"));
}

TEST_F(PoolSection, ReadsThePeerSecretForBothPools) {
  write("peer.secret", std::string(32, 'x') + "\n", 0600);

  const auto loaded =
      load_text(kShortest + "[pool]\npeer_secret_file = \"peer.secret\"\n", Secrets::kPoolOnly);

  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->pool.peer_secret.reveal(), std::string(32, 'x'));
}

class LogSection : public Workshop {};

TEST_F(LogSection, ReadsWordsAndSuggestsThem) {
  const Config config =
      good(kShortest + "[log]\nformat = \"json\"\nlevel = \"debug\"\nfile = \"l.log\"\n");
  EXPECT_EQ(config.log.format, LogFormat::kJson);
  EXPECT_EQ(config.log.level, LogLevel::kDebug);
  EXPECT_EQ(config.log.file, at("l.log"));
  EXPECT_THAT(faults_of(kShortest + "[log]\nlevel = \"warning\"\n"),
              IsOneFault("6: log.level: ", "Did you mean warn?"));
}

class IdentitySection : public Workshop {
 protected:
  std::vector<std::string> with(const std::string& line) const {
    return faults_of(kShortest + "[identity]\n" + line + "\n");
  }
};

TEST_F(IdentitySection, RefusesHeaderNamesThatAreNoTokens) {
  for (const char* name : {"X User", "X:User", "X-User\\r\\nSet-Cookie", "", "X-\xc3\xbcser",
                           "Status", "set-cookie", "X-Latchkey-Auth"}) {
    EXPECT_THAT(with("user = \"" + std::string(name) + "\""), IsOneFault("6: identity.user: ", ""))
        << name;
  }
}

TEST_F(IdentitySection, RefusesVariablesThatAClientCouldSend) {
  for (const char* name : {"HTTP_X_USER", "http_x", "REMOTE-USER", "9X", "A B"}) {
    EXPECT_THAT(with("user_variable = \"" + std::string(name) + "\""),
                IsOneFault("6: identity.user_variable: ", "must be"))
        << name;
  }
}

TEST_F(IdentitySection, RefusesTwoFactsUnderOneName) {
  EXPECT_THAT(with("user = \"x_forwarded_MAIL\""),
              IsOneFault("6: identity.user: ", "identity.mail"));
  EXPECT_THAT(with("mail_variable = \"REMOTE_USER\""),
              IsOneFault("6: identity.mail_variable: ", "identity.user_variable"));
}

TEST_F(IdentitySection, RefusesDelimitersThatAreNone) {
  for (const char* delimiter : {"", " ", ", ", "|||||", "\\n", "\xc2\xa7"}) {
    EXPECT_THAT(with("delimiter = \"" + std::string(delimiter) + "\""),
                IsOneFault("6: identity.delimiter: ", ""))
        << delimiter;
  }
  EXPECT_THAT(with("delimiter = \",\""), IsEmpty());
}

class HealthSection : public Workshop {
 protected:
  std::vector<std::string> with(const std::string& line) const {
    return faults_of(kShortest + "[health]\n" + line + "\n");
  }
};

TEST_F(HealthSection, RefusesExpressionsThatDoNotCompile) {
  EXPECT_THAT(with("user_agents = [\"^ok$\", \"(\"]"),
              IsOneFault("6: health.user_agents: ", "no regular expression"));
}

TEST_F(HealthSection, RefusesExpressionsThatMatchEverybodyO10) {
  for (const char* regex : {".*", "a*", "x|", "^"}) {
    EXPECT_THAT(with("user_agents = [\"" + std::string(regex) + "\"]"),
                IsOneFault("6: health.user_agents: ", "matches every client"))
        << regex;
  }
  EXPECT_THAT(with("user_agents = [\"\"]"), IsOneFault("6: health.user_agents: ", "empty text"));
}

TEST_F(HealthSection, RefusesAPathThatIsNotCanonical) {
  EXPECT_THAT(with("path = \"ping\""), IsOneFault("6: health.path: ", "plain path"));
}

TEST(CacheSection, StandsInItsDefaultsForNever) { EXPECT_EQ(Cache{}.seconds, Seconds(0)); }

}  // namespace
}  // namespace latchkey::config
