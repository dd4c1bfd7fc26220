// [user_token].
#include <gtest/gtest.h>

#include "unit/config/workshop.h"

namespace latchkey::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class UserTokenSection : public Workshop {
 protected:
  std::string with(const std::string& keys) const {
    return kShortest + "[user_token]\n" + keys;  // the keys begin in line 6
  }
};

TEST_F(UserTokenSection, IsOffAndLeavesEverythingToRestByDefault) {
  const UserToken tokens = good(kShortest).user_token;

  EXPECT_FALSE(tokens.enabled);
  EXPECT_THAT(tokens.administrators, IsEmpty());
  EXPECT_EQ(tokens.protect_content, std::nullopt);
  EXPECT_EQ(tokens.expiration_enabled, std::nullopt);
  EXPECT_EQ(tokens.expiration_days, std::nullopt);
  EXPECT_THAT(tokens.paths, ElementsAre("/service", "/nexus/service"));
}

TEST_F(UserTokenSection, IsOnForNexus) {
  EXPECT_TRUE(good(kShortest + "[application]\npreset = \"nexus\"\n").user_token.enabled);
  EXPECT_FALSE(good(kShortest + "[application]\npreset = \"nexus\"\n"
                                "[user_token]\nenabled = false\n").user_token.enabled);
  EXPECT_FALSE(good(kShortest + "[application]\npreset = \"jenkins\"\n").user_token.enabled);
}

TEST_F(UserTokenSection, KeepsWhatIsWritten) {
  const UserToken tokens = good(with("enabled = true\nadministrators = [\"root\"]\n"
                                     "administrator_groups = [\"ops\"]\nprotect_content = false\n"
                                     "expiration_enabled = true\nexpiration_days = 999\n"
                                     "content = [\"/r\"]\npaths = [\"/tokens\"]\n"))
                               .user_token;

  EXPECT_TRUE(tokens.enabled);
  EXPECT_THAT(tokens.administrators, ElementsAre("root"));
  EXPECT_THAT(tokens.administrator_groups, ElementsAre("ops"));
  EXPECT_EQ(tokens.protect_content, false);
  EXPECT_EQ(tokens.expiration_enabled, true);
  EXPECT_EQ(tokens.expiration_days, 999U);
  EXPECT_THAT(tokens.content, ElementsAre("/r"));
  EXPECT_THAT(tokens.paths, ElementsAre("/tokens"));
}

TEST_F(UserTokenSection, TakesOneTo999Days) {
  EXPECT_EQ(good(with("expiration_days = 1\n")).user_token.expiration_days, 1U);
  for (const char* days : {"0", "1000", "-1", "\"30\""}) {
    EXPECT_THAT(faults_of(with(std::string("expiration_days = ") + days + "\n")),
                IsOneFault("6: user_token.expiration_days: ", "must"))
        << days;
  }
}

TEST_F(UserTokenSection, RefusesPathsThatAreNoPlainOnes) {
  for (const char* path : {"service", "/", "/service/", "/a/../b", "/a%2Fb", "//a"}) {
    EXPECT_THAT(faults_of(with(std::string("paths = [\"") + path + "\"]\n")),
                IsOneFault("6: user_token.paths", "plain path"))
        << path;
  }
}

TEST_F(UserTokenSection, RefusesThePlaceOfAPage) {
  EXPECT_THAT(faults_of(with("enabled = true\npaths = [\"/oauth\"]\n")),
              ElementsAre(HasSubstr("/oauth/login"), HasSubstr("/oauth/callback"),
                          HasSubstr("/oauth/logout"), HasSubstr("/oauth/backchannel-logout"),
                          HasSubstr("/oauth/device")));
  EXPECT_THAT(faults_of(with("paths = [\"/oauth\"]\n")), IsEmpty());
}

}  // namespace
}  // namespace latchkey::config
