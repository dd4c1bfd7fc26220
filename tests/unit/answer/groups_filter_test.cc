#include "latchkey/answer/groups_filter.h"

#include <gtest/gtest.h>

#include "latchkey/answer/approval.h"
#include "support/answers.h"
#include "support/configs.h"
#include "support/identities.h"

namespace latchkey::answer {
namespace {

std::string groups_sent(const config::Config& config, std::vector<std::string> groups) {
  const auto answer = approval(ApprovalSettings(config), model::IdentityForm::kHeaders,
                               by_session(account_named("ann", std::move(groups))));
  return answer ? field(*answer, "X-Forwarded-Groups") : answer.error().detail();
}

TEST(GroupsFilter, PassesAllUnlessConfigured) {
  EXPECT_EQ(groups_sent(example_config(), {"a", "b"}), "a|b");
}

TEST(GroupsFilter, PassesWhatThePatternMatchesAsAWhole) {
  config::Config config = example_config();
  config.identity.groups_filter = "nexus-.*|devs";
  EXPECT_EQ(groups_sent(config, {"nexus-admin", "my-nexus-x", "devs", "devs2"}),
            "nexus-admin|devs");
}

TEST(GroupsFilter, PassesWhatRulesName) {
  config::Config config = example_config();
  config.identity.groups_filter = config::kGroupsOfRules;
  EXPECT_EQ(groups_sent(config, {"devs"}), "");
  config.rules.front().groups = {"ops", "devs"};
  EXPECT_EQ(groups_sent(config, {"all", "devs", "ops", "dev"}), "devs|ops");
}

TEST(GroupsFilter, MakesRoomForOneWhoIsInFiveThousandGroups) {
  config::Config config = example_config();
  std::vector<std::string> groups;
  for (int at = 0; at < 5000; ++at) groups.push_back("group-" + std::to_string(at));
  const std::string refused = groups_sent(config, groups);
  EXPECT_TRUE(refused.contains("5000 groups")) << refused;
  EXPECT_TRUE(refused.contains("identity.header_bytes_max is 4096")) << refused;
  EXPECT_TRUE(refused.contains("identity.groups_filter")) << refused;
  config.identity.groups_filter = "group-499[0-3]";
  EXPECT_EQ(groups_sent(config, groups), "group-4990|group-4991|group-4992|group-4993");
}

}  // namespace
}  // namespace latchkey::answer
