// What Apache asks where only .htaccess can be written: an ErrorDocument that hands no reason on, and
// a plain CGI as the gate of static files.
#include <gtest/gtest.h>

#include <map>

#include "world.h"

namespace latchkey::flow {
namespace {

TEST(ErrorDocument, FindsTheReasonAnew) {
  World world;
  config::Rule closed;
  closed.paths = {"/admin"};
  world.config.rules.insert(world.config.rules.begin(), closed);
  world.restart();
  const std::string cookie = world.session(world.account("alice"));
  EXPECT_EQ(world.error_document(get("/x")).status, 401);
  EXPECT_EQ(world.error_document(navigation("/x")).status, 302);
  EXPECT_EQ(world.error_document(by_cookie(navigation("/admin"), cookie)).status, 403);
  EXPECT_EQ(world.error_document(get("/a%5cb")).status, 400);
}

TEST(ErrorDocument, ApprovesNothingThatWasRefusedBeforeM40) {
  World world;
  const std::string cookie = world.session(world.account("alice"));
  EXPECT_EQ(world.error_document(by_cookie(get("/x"), cookie)).status, 401);
  const model::Answer answer = world.error_document(by_cookie(navigation("/x"), cookie));
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(field(answer, "X-Forwarded-User"), "(absent)");
}

TEST(ErrorDocument, SaysThatAnIdentityDidNotFit) {
  World world;
  world.config.identity.header_bytes_max = 64;
  world.restart();
  const std::string cookie = world.session(world.account("alice", {std::string(80, 'g')}));
  EXPECT_EQ(world.error_document(by_cookie(get("/x"), cookie)).status, 403);
}

TEST(ErrorDocument, SaysThatTheStoreIsAway) {
  World world;
  const std::string cookie = world.session(world.account("alice"));
  world.lose_the_store();
  EXPECT_EQ(world.error_document(by_cookie(get("/x"), cookie)).status, 503);
}

class Gate : public ::testing::Test {
 protected:
  model::Answer asks(Request request) {
    return world.at_the_gate(by_cookie(std::move(request), cookie));
  }
  World world;
  std::string cookie = world.session(world.account("alice"));
};

TEST_F(Gate, LeadsToTheFileThatWasJudged) {
  const std::map<std::string, std::string> cases = {
      {"/members/a.pdf", "/members/a.pdf"},
      {"/members/", "/members/"},
      {"/", "/"},
      {"/members/a.pdf?x=1&y=%2F", "/members/a.pdf?x=1&y=%2F"},
      {"//members//a", "/members/a"},
      {"/open/../members/%61%20b", "/members/a%20b"},
      {"/m/%C3%A9%3Fx%23", "/m/%C3%A9%3Fx%23"},
      {"https://nexus.example/members/x", "/members/x"}};
  for (const auto& [asked, led_to] : cases) {
    const model::Answer answer = asks(get(asked));
    EXPECT_EQ(answer.status, 200) << asked;
    EXPECT_EQ(field(answer, "Location"), led_to);
    EXPECT_EQ(answer.headers.size(), 1u) << asked;
    EXPECT_EQ(answer.body, "");
  }
}

TEST_F(Gate, LeadsToNoOtherHost) {
  for (const char* const target : {"//evil.example/x", "///evil.example", "/%2Fevil.example",
                                   "/\\evil.example", "/%5Cevil.example", "http://evil.example/"}) {
    const model::Answer answer = asks(get(target));
    const std::string location = field(answer, "Location");
    EXPECT_FALSE(location.starts_with("//") || location.starts_with("http")) << target << location;
  }
}

TEST_F(Gate, RefusesWhole) {
  EXPECT_EQ(world.at_the_gate(navigation("/members/x")).status, 302);
  const model::Answer answer = world.at_the_gate(get("/members/x"));
  EXPECT_EQ(answer.status, 401);
  EXPECT_NE(field(answer, "WWW-Authenticate"), "(absent)");
  EXPECT_EQ(field(answer, "Location"), "(absent)");
}

TEST_F(Gate, HasNoOtherMethodsThanFilesHave) {
  for (const char* const name : {"POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"}) {
    const model::Answer answer =
        asks(method(name, "/members/x").with("HTTP_SEC_FETCH_SITE", "same-origin"));
    EXPECT_EQ(answer.status, 405) << name;
    EXPECT_EQ(field(answer, "Location"), "(absent)") << name;
  }
  EXPECT_EQ(asks(method("HEAD", "/members/x")).status, 200);
}

TEST_F(Gate, KnowsTheMethodThatApacheRenamed) {
  const auto renamed = [] { return get("/members/x").with("REDIRECT_REQUEST_METHOD", "PUT"); };
  EXPECT_EQ(asks(renamed()).status, 405);
  EXPECT_EQ(asks(renamed().with("HTTP_SEC_FETCH_SITE", "cross-site")).status, 403);
}

TEST_F(Gate, GivesAHealthProbeNothing) {
  world.config.health.user_agents = {"probe"};
  world.restart();
  const model::Answer answer = world.at_the_gate(get("/").with("HTTP_USER_AGENT", "probe"));
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(field(answer, "Location"), "(absent)");
}

}  // namespace
}  // namespace latchkey::flow
