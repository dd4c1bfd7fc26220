// What nexus-proxy's users rely on, where no other flow test says it already.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

namespace latchkey::flow {
namespace {

constexpr Dialect kNginx = Dialect::kNginx;
constexpr const char* kBasic = "Basic realm=\"nexus-proxy\"";

TEST(Seed, ChallengesWritesToARepositoryToo) {
  World world;
  const model::Answer answer =
      world.client_sees(kNginx, method("PUT", "/repository/maven-releases/a.jar"));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(field(answer, "WWW-Authenticate"), kBasic);
  EXPECT_EQ(field(answer, "Docker-Distribution-Api-Version"), "(absent)");
}

TEST(Seed, ChallengesProgramsOnRestPathsInsteadOfRedirecting) {
  World world;
  const model::Answer answer = world.client_sees(kNginx, get("/service/rest/v1/x"));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(field(answer, "WWW-Authenticate"), kBasic);
}

TEST(Seed, ChallengesOnADockerHostOutsideV2) {
  World world;
  const model::Answer answer =
      world.client_sees(kNginx, navigation("/foo").with("HTTP_HOST", "docker.example"));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(field(answer, "WWW-Authenticate"), kBasic);
}

TEST(Seed, LetsTheRealmBeConfigured) {
  World world;
  world.config.site.realm = "Our Realm";
  world.restart();
  EXPECT_EQ(field(world.client_sees(kNginx, get("/repository/x")), "WWW-Authenticate"),
            "Basic realm=\"Our Realm\"");
}

TEST(Seed, AnswersABadTokenWithAFreshChallengeNot403) {
  World world;
  const model::Answer answer =
      world.client_sees(kNginx, by_basic(get("/repository/x"), "alice", "garbage"));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(field(answer, "WWW-Authenticate"), kBasic);
}

TEST(Seed, SetsNoCookieOnRefusals) {
  World world;
  for (const Request& request : {get("/repository/x"), navigation("/x"), get("/v2/")}) {
    EXPECT_EQ(field(world.client_sees(kNginx, request), "Set-Cookie"), "(absent)");
  }
}

TEST(Seed, GoesBackToTheDeepLinkAfterSignIn) {
  World world;
  const model::Answer answer = world.client_sees(kNginx, navigation("/browse/a?q=%20b"));
  EXPECT_EQ(field(answer, "Location"),
            "https://nexus.example/oauth/login?rd=%2Fbrowse%2Fa%3Fq%3D%2520b");
}

TEST(Seed, NamesTheHostsToWhoeverAsksForAnotherOne) {
  World world;
  const model::Answer answer =
      world.client_sees(kNginx, navigation("/x").with("HTTP_HOST", "10.0.0.7"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, testing::HasSubstr("https://nexus.example/"));
  EXPECT_THAT(answer.body, testing::HasSubstr("docker.example"));
}

TEST(Seed, PointsToHttpsWithAPageNotARedirect) {
  World world;
  world.config.site.enforce_https = true;
  world.restart();
  const model::Answer answer =
      world.client_sees(kNginx, navigation("/x").with("REQUEST_SCHEME", "http"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, testing::HasSubstr("href=\"https://nexus.example/\""));
}

TEST(Seed, LetsWebDavMethodsThrough) {
  World world;
  const std::string token = world.token(world.account("alice"));
  for (const char* name : {"PROPFIND", "MKCOL", "MOVE", "LOCK"}) {
    EXPECT_EQ(world.reason(by_bearer(method(name, "/x"), token)), "allowed") << name;
  }
}

TEST(Seed, HandsTheUserNameOnVerbatim) {
  World world;
  const std::string cookie = world.session(world.account("a.b@c.example"));
  EXPECT_EQ(user_of(world.ask(kNginx, by_cookie(get("/x"), cookie)), kNginx), "a.b@c.example");
}

}  // namespace
}  // namespace latchkey::flow
