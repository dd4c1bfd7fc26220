// What holds in every dialect: the same questions, each spelled as one web server spells it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "world.h"

namespace latchkey::flow {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class EveryDialect : public testing::TestWithParam<Dialect> {
 protected:
  bool authorizer_role() const {
    return GetParam() == Dialect::kApache || GetParam() == Dialect::kModFcgid;
  }
  // Whether the client gets our whole refusal.
  bool whole() const { return GetParam() != Dialect::kModFcgid; }
  model::Answer ask(const Request& request) { return world.ask(GetParam(), request); }
  model::Answer sees(const Request& request) { return world.client_sees(GetParam(), request); }
  std::string user(const Request& request) { return user_of(ask(request), GetParam()); }

  World world;
};

INSTANTIATE_TEST_SUITE_P(All, EveryDialect, testing::ValuesIn(kDialects),
                         [](const auto& tested) { return name_of(tested.param); });

TEST_P(EveryDialect, LetsASessionThrough) {
  EXPECT_EQ(user(by_cookie(get("/x"), world.session(world.account("alice")))), "alice");
}

TEST_P(EveryDialect, LetsATokenThroughAsBearer) {
  EXPECT_EQ(user(by_bearer(get("/x"), world.token(world.account("alice")))), "alice");
}

TEST_P(EveryDialect, LetsATokenThroughAsBasicPassword) {
  const std::string token = world.token(world.account("alice"));
  EXPECT_EQ(user(by_basic(get("/x"), "alice", token)), "alice");
  EXPECT_EQ(user(by_basic(get("/x"), "token", token)), "alice");
  EXPECT_EQ(user(by_basic(get("/x"), "", token)), "alice");
}

TEST_P(EveryDialect, NamesEveryFactExactlyOnceOnApprovalM3) {
  const model::Account alice = world.account("alice", {"devs", "ops"});
  const auto names =
      authorizer_role()
          ? std::vector<std::string>{"Variable-REMOTE_USER", "Variable-REMOTE_GROUPS",
                                     "Variable-REMOTE_MAIL", "Variable-REMOTE_DISPLAY_NAME",
                                     "Variable-LATCHKEY_AUTH", "Variable-LATCHKEY_CREDENTIAL"}
          : std::vector<std::string>{"X-Forwarded-User", "X-Forwarded-Groups", "X-Forwarded-Mail",
                                     "X-Forwarded-DisplayName", "X-Latchkey-Auth",
                                     "X-Latchkey-Credential"};
  const std::string token = world.token(alice);
  for (const Request& request :
       {by_cookie(get("/x"), world.session(alice)), by_bearer(get("/x"), token),
        by_basic(get("/x"), "alice", token)}) {
    const model::Answer answer = ask(request);
    ASSERT_EQ(answer.status, 200);
    for (const std::string& name : names) EXPECT_EQ(fields(answer, name).size(), 1u) << name;
    EXPECT_EQ(field(answer, names[0]), "alice");
    EXPECT_EQ(field(answer, names[1]), "devs|ops");
    EXPECT_EQ(field(answer, names[2]), "alice@corp.test");
    EXPECT_EQ(answer.body, "");
  }
}

TEST_P(EveryDialect, TellsTheAuthorizerRoleVariablesOnly) {
  const model::Answer answer = ask(by_cookie(get("/x"), world.session(world.account("alice"))));
  for (const model::Header& header : answer.headers) {
    EXPECT_EQ(header.name.starts_with("Variable-"), authorizer_role()) << header.name;
  }
}

TEST_P(EveryDialect, SendsEmptyNamesForAnonymousAgainstSpoofedHeadersM2L17N1) {
  config::Rule open;
  open.who = config::Who::kAnyone;
  world.config.rules = {open};
  world.restart();
  const model::Answer answer = ask(get("/x")
                                       .with("HTTP_X_FORWARDED_USER", "admin")
                                       .with("HTTP_REMOTE_USER", "admin")
                                       .with("REMOTE_USER", "admin"));
  EXPECT_EQ(user_of(answer, GetParam()), "");
  EXPECT_EQ(answer.headers.size(), GetParam() == Dialect::kNginx ? 7u : 6u);
}

TEST_P(EveryDialect, ChallengesWhoeverSendsNothing) {
  const model::Answer answer = sees(get("/repository/maven/a.jar"));
  EXPECT_EQ(answer.status, 401);
  if (whole()) {
    EXPECT_EQ(field(answer, "WWW-Authenticate"), "Basic realm=\"nexus-proxy\"");
  }
}

TEST_P(EveryDialect, SendsANavigationToSignIn) {
  const model::Answer answer = sees(navigation("/x?y=1"));
  EXPECT_EQ(answer.status, whole() ? 302 : 401);
  if (whole()) {
    EXPECT_EQ(field(answer, "Location"), "https://nexus.example/oauth/login?rd=%2Fx%3Fy%3D1");
  }
}

TEST_P(EveryDialect, GivesDockerItsChallengeOnEveryPathBelowV2) {
  for (const char* target : {"/v2", "/v2/", "/v2/x/manifests/latest"}) {
    for (const char* name : {"GET", "HEAD", "POST", "PUT", "PATCH"}) {
      const model::Answer answer =
          sees(method(name, target).with("HTTP_HOST", "docker.example"));
      EXPECT_EQ(answer.status, 401);
      if (!whole()) continue;
      EXPECT_EQ(field(answer, "WWW-Authenticate"), "Basic realm=\"nexus-proxy\"");
      EXPECT_EQ(field(answer, "Docker-Distribution-Api-Version"), "registry/2.0");
      EXPECT_THAT(answer.body, StartsWith("{\"errors\":[{\"code\":\"UNAUTHORIZED\""));
    }
  }
}

TEST_P(EveryDialect, HasTheStatusOfEachReasonForTheClient) {
  config::Rule closed;
  closed.who = config::Who::kNobody;
  closed.paths = {"/closed"};
  world.config.rules.insert(world.config.rules.begin(), closed);
  world.restart();
  const std::string cookie = world.session(world.account("alice"));
  EXPECT_EQ(sees(by_cookie(get("/closed"), cookie)).status, whole() ? 403 : 401);
  EXPECT_EQ(sees(by_cookie(get("/%zz"), cookie)).status, whole() ? 400 : 401);
  EXPECT_EQ(sees(by_cookie(get("/x").with("HTTP_HOST", "evil.example"), cookie)).status,
            whole() ? 400 : 401);
  EXPECT_EQ(sees(by_bearer(get("/x"), "garbage")).status, 401);
}

TEST_P(EveryDialect, NeverLetsAHealthProbeReachTheApplicationO10) {
  world.config.health.user_agents = {"GoogleHC|kube-probe"};
  world.restart();
  for (const char* agent : {"GoogleHC/1.0", "Kube-Probe/1.2"}) {
    for (const char* target : {"/", "/x", "/repository/x", "/oauth/callback"}) {
      const Request probe = get(target).with("HTTP_USER_AGENT", agent);
      EXPECT_EQ(user_of(ask(probe), GetParam()), "(refused)") << agent << target;
    }
  }
}

TEST_P(EveryDialect, RefusesWhenTheStoreCannotAnswerC18M40) {
  const model::Account alice = world.account("alice");
  const std::string token = world.token(alice);
  world.lose_the_store();
  for (const Request& request : {by_cookie(get("/x"), std::string(43, 'a')),
                                 by_bearer(get("/x"), token), by_basic(get("/x"), "alice", token)}) {
    const model::Answer answer = sees(request);
    EXPECT_EQ(answer.status, whole() ? 503 : 401);
    if (whole()) {
      EXPECT_EQ(field(answer, "Retry-After"), "5");
    }
  }
}

TEST_P(EveryDialect, RefusesAnIdentityTooLargeForAHeader) {
  std::vector<std::string> groups;
  for (int at = 0; at < 600; ++at) groups.push_back("group-" + std::to_string(at));
  const std::string cookie = world.session(world.account("alice", groups));
  const model::Answer answer = sees(by_cookie(get("/x"), cookie));
  EXPECT_EQ(answer.status, whole() ? 403 : 401);
}

TEST_P(EveryDialect, AnswersADeniedPostWholeWithoutItsBodyM16M17) {
  for (const Request& request :
       {method("POST", "/x"), method("POST", "/x").with("CONTENT_LENGTH", "0"),
        method("POST", "/x").with("CONTENT_LENGTH", "99").with("CONTENT_TYPE", "a/b"),
        method("POST", "/x").with("HTTP_TRANSFER_ENCODING", "chunked")}) {
    EXPECT_EQ(sees(request).status, 401);
  }
}

TEST_P(EveryDialect, SurvivesEachParameterMissingAndAllOfThemM7) {
  const Request full = by_cookie(navigation("/x"), world.session(world.account("alice")));
  for (const auto& [name, value] : full.params) {
    Request less = full;
    less.params.erase(name);
    const model::Answer answer = ask(less);
    const bool needed = name == "REQUEST_METHOD" || name == "REQUEST_URI" || name == "HTTP_HOST" ||
                        name == "HTTP_COOKIE";
    EXPECT_EQ(user_of(answer, GetParam()), needed ? "(refused)" : "alice") << name;
  }
  Request none;
  none.params.clear();
  EXPECT_EQ(user_of(ask(none), GetParam()), "(refused)");
}

TEST_P(EveryDialect, RefusesTwoSessionCookiesC1) {
  const std::string cookie = world.session(world.account("alice"));
  const model::Answer answer = sees(navigation("/x").with(
      "HTTP_COOKIE", "__Host-latchkey=" + cookie + "; __Host-latchkey=planted"));
  EXPECT_EQ(answer.status, whole() ? 400 : 401);
  if (whole()) {
    EXPECT_EQ(fields(answer, "Set-Cookie").size(), 2u);
  }
}

TEST(Check, IsAlwaysABare401) {
  World world;
  world.config.health.user_agents = {"probe"};
  world.config.site.enforce_https = true;
  world.restart();
  const std::string cookie = world.session(world.account("alice"));
  const std::vector<std::pair<Request, std::string>> cases = {
      {get("/x"), "no_credential"},
      {navigation("/x"), "no_credential"},
      {get("/v2/"), "no_credential"},
      {get("/%zz"), "malformed_request"},
      {get("/a%5cb"), "ambiguous_target"},
      {get("/x").with("HTTP_HOST", "evil.example"), "unknown_host"},
      {get("/x").with("REQUEST_SCHEME", "http"), "https_required"},
      {by_cookie(get("/x"), "unknown"), "unknown_session"},
      {by_bearer(get("/x"), "x"), "bad_credential"},
      {get("/x").with("HTTP_AUTHORIZATION", "Foo x"), "malformed_credential"},
      {by_cookie(method("POST", "/x").with("HTTP_ORIGIN", "https://evil.example"), cookie),
       "cross_site"},
      {get("/").with("HTTP_USER_AGENT", "probe"), "health"}};
  for (const auto& [request, reason] : cases) {
    for (const Dialect dialect : {Dialect::kNginx, Dialect::kModFcgid}) {
      const model::Answer answer = world.ask(dialect, request);
      EXPECT_EQ(answer.status, 401) << reason;
      EXPECT_EQ(answer.headers.size(), 1u) << reason;
      EXPECT_EQ(field(answer, "X-Latchkey-Reason"), reason);
      EXPECT_EQ(answer.body, "");
    }
  }
}

// Mode `refused`.

TEST(RefusedMode, NeverBelievesThatARequestWasAllowedM40) {
  World world;
  const Request good = by_cookie(get("/x"), world.session(world.account("alice")));
  for (const auto& [reason, status] : std::initializer_list<std::pair<const char*, int>>{
           {"", 401}, {"allowed", 401}, {"health", 401}, {"nonsense", 401}, {"no_credential", 401},
           {"rule_denied", 403}}) {
    const model::Answer answer = world.refused(good, reason);
    EXPECT_EQ(answer.status, status) << reason;
    EXPECT_EQ(field(answer, "X-Forwarded-User"), "(absent)");
  }
}

TEST(RefusedMode, TakesAMissingOrUnknownReasonFor401) {
  World world;
  EXPECT_EQ(world.refused(get("/x"), "").status, 401);
  EXPECT_EQ(world.refused(get("/x"), "nonsense").status, 401);
}

TEST(RefusedMode, RendersWithoutTheStore) {
  World world;
  world.lose_the_store();
  EXPECT_EQ(world.refused(get("/x"), "rule_denied").status, 403);
  EXPECT_EQ(world.refused(get("/x"), "store_unavailable").status, 503);
  EXPECT_EQ(world.refused(get("/x"), "too_many_attempts").status, 429);
}

TEST(RefusedMode, AnswersTheHealthProbeAfterJudgingItAnew) {
  World world;
  world.config.health.user_agents = {"GoogleHC"};
  world.restart();
  const auto probe = [&](std::string verb, std::string target, std::string host) {
    return method(std::move(verb), std::move(target))
        .with("HTTP_USER_AGENT", "GoogleHC/1.0")
        .with("HTTP_HOST", std::move(host))
        .with("REQUEST_SCHEME", "http");
  };
  for (const char* verb : {"GET", "HEAD", "POST"}) {
    for (const char* host : {"nexus.example", "10.0.0.1:8080", "", "bad host"}) {
      const model::Answer answer = world.refused(probe(verb, "/", host), "health");
      EXPECT_EQ(answer.status, 200) << verb << host;
      EXPECT_EQ(answer.body, "");
      EXPECT_EQ(field(answer, "Set-Cookie"), "(absent)");
    }
  }
  EXPECT_EQ(world.refused(probe("GET", "//", "nexus.example"), "health").status, 200);
  EXPECT_EQ(world.refused(probe("GET", "/foo", "nexus.example"), "health").status, 401);
  EXPECT_EQ(world.refused(probe("GET", "/repository/x", "nexus.example"), "health").status, 401);
  EXPECT_EQ(world.refused(get("/").with("HTTP_USER_AGENT", "curl"), "health").status, 401);
}

TEST(RefusedMode, KnowsTheMethodThatApacheRenamed) {
  World world;
  const Request posted = navigation("/x").with("REDIRECT_REQUEST_METHOD", "POST");
  EXPECT_EQ(world.refused(posted, "no_credential").status, 401);
  EXPECT_EQ(world.refused(navigation("/x"), "no_credential").status, 302);
}

TEST(RefusedMode, ShowsTheFaultOfTheRequestItself) {
  World world;
  EXPECT_EQ(world.refused(get("/%zz"), "no_credential").status, 400);
}

TEST(Mode, IsNeverTakenFromAClient) {
  World world;
  const Request request = get("/x").with("HTTP_LATCHKEY_MODE", "forward");
  EXPECT_EQ(world.ask(Dialect::kNginx, request).status, 401);
}

TEST(Mode, ThatDoesNotExistIsRefused) {
  World world;
  const Request good = by_cookie(get("/x"), world.session(world.account("alice")));
  const auto ask = [&](std::string mode, fcgi::Role role) {
    const fcgi::Params params = fcgi::Params::of(
        {{"LATCHKEY_MODE", mode}, {"REQUEST_METHOD", "GET"}, {"REQUEST_URI", "/x"},
         {"HTTP_HOST", "nexus.example"}, {"HTTP_COOKIE", good.params.at("HTTP_COOKIE")}});
    return world.authorizer->answer(params, role, model::Transport::kUnixSocket).status;
  };
  EXPECT_EQ(ask("check", fcgi::Role::kResponder), 200);
  for (const char* mode : {"", "Check", "allow", "check "}) {
    EXPECT_EQ(ask(mode, fcgi::Role::kResponder), 401) << mode;
  }
  for (const char* mode : {"forward", "refused", "x"}) {
    EXPECT_EQ(ask(mode, fcgi::Role::kAuthorizer), 401) << mode;
  }
}

// X-Accel-Expires.

std::string kept_for(World& world, const Request& request) {
  return field(world.ask(Dialect::kNginx, request), "X-Accel-Expires");
}

TEST(DecisionCache, IsOffByDefault) {
  World world;
  EXPECT_EQ(kept_for(world, by_cookie(get("/x"), world.session(world.account("alice")))), "0");
}

TEST(DecisionCache, EndsWithWhatWasProvenM33) {
  World world;
  world.config.cache.seconds = Seconds(100);
  world.restart();
  const Request request = by_cookie(get("/x"), world.session(world.account("alice")));
  EXPECT_EQ(kept_for(world, request), "100");
  world.clock.advance(world.config.session.idle - Seconds(7));
  EXPECT_EQ(kept_for(world, request), "7");
}

}  // namespace
}  // namespace latchkey::flow
