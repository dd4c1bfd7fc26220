// What `latchkey check` says of a configuration that is allowed and hardly meant.
#include "admin/hints.h"

#include <gmock/gmock.h>

namespace latchkey::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

config::Config sound() {
  config::Config config;
  config.site.url = "https://sso.example";
  config.site.https = true;
  config.local.users_file = "/etc/users";
  return config;
}

config::Rule rule(std::uint32_t line, std::vector<std::string> paths = {}) {
  config::Rule made;
  made.paths = std::move(paths);
  made.line = line;
  return made;
}

TEST(Hints, SayNothingOfASoundConfiguration) {
  config::Config config = sound();
  config.rules = {rule(1, {"/admin", "/api"}), rule(2, {"/admin", "/open"}), rule(3)};
  config.rules[0].methods = {"GET"};
  config.pool.authorizer_sockets = {"unix:/tmp/authorizer.sock", "127.0.0.1:9000"};
  EXPECT_THAT(hints_for(config), IsEmpty());
}

TEST(Hints, NameRulesThatNeverDecide) {
  config::Config config = sound();
  config.rules = {rule(1, {"/admin", "/api"}), rule(5, {"/api"}), rule(9), rule(12, {"/late"})};
  EXPECT_THAT(hints_for(config), ElementsAre(HasSubstr("line 5: this [[rule]] never decides, because the one of line 1"),
                                             HasSubstr("line 12: this [[rule]] never decides, because the one of line 9")));
}

TEST(Hints, NameProvidersThatTakeAnybody) {
  config::Config config = sound();
  config.providers.emplace_back();
  config.providers[0].name = "hub";
  config.providers[0].type = config::ProviderType::kGithub;
  config.providers[0].issuer = "https://github.com";
  EXPECT_THAT(hints_for(config), ElementsAre(HasSubstr("everybody who has an account at https://github.com")));
  config.rules = {rule(1)};
  config.rules[0].groups = {"developers"};
  EXPECT_THAT(hints_for(config), ElementsAre(HasSubstr("also one that a rule names")));
  config.providers[0].allowed_teams = {"acme:developers"};
  EXPECT_THAT(hints_for(config), IsEmpty());
}

TEST(Hints, NameDirectoriesThatAreMissingOnce) {
  config::Config config = sound();
  config.pool.authorizer_sockets = {"unix:/nowhere/run/authorizer.sock"};
  config.pool.responder_sockets = {"unix:/nowhere/run/responder.sock"};
  config.log.file = "/nowhere/log/latchkey.log";
  EXPECT_THAT(hints_for(config), ElementsAre(HasSubstr("/nowhere/log is not there"), HasSubstr("/nowhere/run is not there")));
}

}  // namespace
}  // namespace latchkey::admin
