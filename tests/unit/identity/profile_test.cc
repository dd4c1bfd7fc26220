#include "latchkey/identity/profile.h"

#include <gtest/gtest.h>

#include "support/results.h"

namespace latchkey::identity {
namespace {

RawProfile raw(std::string user) {
  RawProfile profile;
  profile.user_name = std::move(user);
  return profile;
}

TEST(Profile, KeepsWhatFits) {
  RawProfile profile = raw("alice");
  profile.display_name = "Alice A.";
  profile.mail = "alice@corp.test";
  profile.mail_verified = true;
  profile.groups = {"devs", "ops team", "devs"};
  const Result<FilteredProfile> filtered = filter_profile(profile, "|");
  ASSERT_THAT(filtered, IsOk());
  EXPECT_EQ(filtered->profile.user_name, "alice");
  EXPECT_EQ(filtered->profile.display_name, "Alice A.");
  EXPECT_EQ(filtered->profile.mail, "alice@corp.test");
  EXPECT_TRUE(filtered->profile.mail_verified);
  EXPECT_EQ(filtered->profile.groups, (std::vector<std::string>{"devs", "ops team"}));
  EXPECT_TRUE(filtered->left_out.empty());
}

TEST(Profile, RefusesAUserNameThatNoHeaderCanHoldM21N42) {
  for (const std::string name :
       {"", " alice", "alice ", "a:b", "a\r\nX: y", "a\nb", "a\rb", "\x7f", "a\tb", "al\xc3\xad\x63\x65",
        "\xff"}) {
    EXPECT_THAT(filter_profile(raw(name), "|"), FailsWith(ErrorCode::kRefused)) << name;
  }
  EXPECT_THAT(filter_profile(raw(std::string("a\0b", 3)), "|"), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(filter_profile(raw(std::string(256, 'a')), "|"), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(filter_profile(raw(std::string(255, 'a')), "|"), IsOk());
  EXPECT_THAT(filter_profile(raw("a@b.c"), "|"), IsOk());
}

TEST(Profile, ExplainsInPrintableWordsOnlyC22) {
  const auto refused = filter_profile(raw("a\x1b[31m\n"), "|");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().detail.find_first_of("\x1b\n"), std::string::npos);
}

TEST(Profile, LeavesOutAGroupThatCouldBecomeTwo) {
  RawProfile profile = raw("alice");
  profile.groups = {"devs|admin", "ops", "", " x", "gr\xc3\xbcn", "a\nb"};
  const auto filtered = filter_profile(profile, "|");
  ASSERT_THAT(filtered, IsOk());
  EXPECT_EQ(filtered->profile.groups, std::vector<std::string>{"ops"});
  EXPECT_EQ(filtered->left_out.size(), 5u);
}

TEST(Profile, EmptiesAMailThatIsNotOneAddressO13) {
  for (const char* mail :
       {"a@evil.test@corp.test", "\"a@corp.test\"@evil.test", "a@corp.test\n@evil",
        "a@corp.test,b@evil", "a b@corp.test", "@corp.test", "a@", "a", "\xc3\xa4@corp.test",
        "a@corp.test ", "<a@corp.test>"}) {
    RawProfile profile = raw("alice");
    profile.mail = mail;
    profile.mail_verified = true;
    const auto filtered = filter_profile(profile, "|");
    ASSERT_THAT(filtered, IsOk());
    EXPECT_EQ(filtered->profile.mail, "") << mail;
    EXPECT_FALSE(filtered->profile.mail_verified) << mail;
    EXPECT_EQ(filtered->left_out.size(), 1u);
  }
}

TEST(Profile, EmptiesADisplayNameThatIsNotAscii) {
  RawProfile profile = raw("alice");
  profile.display_name = "Zo\xc3\xab";
  const auto filtered = filter_profile(profile, "|");
  ASSERT_THAT(filtered, IsOk());
  EXPECT_EQ(filtered->profile.display_name, "");
  EXPECT_EQ(filtered->left_out.size(), 1u);
}

TEST(Profile, BoundsTheNumberOfGroups) {
  RawProfile profile = raw("alice");
  for (std::size_t at = 0; at < kGroupsMax + 5; ++at) profile.groups.push_back(std::to_string(at));
  const auto filtered = filter_profile(profile, "|");
  ASSERT_THAT(filtered, IsOk());
  EXPECT_EQ(filtered->profile.groups.size(), kGroupsMax);
}

}  // namespace
}  // namespace latchkey::identity
