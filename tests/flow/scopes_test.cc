// Scope x entrance x kind of credential: whatever road a credential takes, it is for no more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "credential_kinds.h"
#include "world.h"

namespace latchkey::flow {
namespace {

struct Row {
  std::string scope;
  Request inside;
  Request outside;
};

Request at(std::string host, std::string target) {
  return get(std::move(target)).with("HTTP_HOST", std::move(host));
}

std::vector<Row> rows() {
  return {
      {"read", get("/repository/a/x"), method("PUT", "/repository/a/x")},
      {"read", method("POST", "/git/a.git/git-upload-pack"),
       method("POST", "/git/a.git/git-receive-pack")},
      {"read", method("POST", "/repository/a/-/npm/v1/security/audits"),
       method("POST", "/scriptText/git-upload-pack")},
      {"read", method("PROPFIND", "/x"), get("/x").with("HTTP_UPGRADE", "websocket")},
      {"host:nexus.example", at("nexus.example", "/x"), at("docker.example", "/x")},
      {"path:/repository/a", method("PUT", "/repository/a/x"), get("/repository/ab/x")},
      {"path:/repository/a", get("/repository/a"), get("/repository")},
      {"repository:a", method("PUT", "/v2/a/manifests/1"), get("/v2/b/manifests/1")},
      {"repository:a", get("/v2/"), get("/v2/_catalog")},
      {"repository:a", method("POST", "/v2/a/blobs/uploads/?mount=x&from=a"),
       method("POST", "/v2/a/blobs/uploads/?mount=x&from=b")},
      {"docker:pull", get("/v2/a/manifests/1"), method("PUT", "/v2/a/manifests/1")},
      {"docker:push", method("PATCH", "/v2/a/blobs/uploads/1"),
       method("DELETE", "/v2/a/manifests/1")},
      {"docker:catalog", get("/v2/_catalog"), get("/repository/a")},
      {"from:192.0.2.0/24", get("/x"), get("/x").with("REMOTE_ADDR", "198.51.100.1")},
      {"from:2001:db8::/32", get("/x").with("REMOTE_ADDR", "2001:db8::7"), get("/x")},
      {"read", get("/v2/a/manifests/1"), method("PUT", "/v2/a/manifests/1")},
      {"host:nexus.example", at("nexus.example", "/v2/a/tags/list"),
       at("docker.example", "/v2/a/tags/list")},
      {"docker:catalog", get("/v2/_catalog"), get("/v2/a/manifests/1")},
      {"from:192.0.2.0/24", get("/v2/a/manifests/1"),
       get("/v2/a/manifests/1").with("REMOTE_ADDR", "198.51.100.1")},
  };
}

class EveryKind : public testing::TestWithParam<std::tuple<Dialect, CredentialKind>> {
 protected:
  EveryKind() : alice(world.account("alice")) {
    const CredentialKind& kind = std::get<1>(GetParam());
    if (kind.prepare != nullptr) kind.prepare(world);
  }

  std::string user(const std::vector<std::string>& scopes, const Request& request) {
    const auto& [dialect, kind] = GetParam();
    return user_of(world.ask(dialect, kind.present(world, alice, scopes, request)), dialect);
  }
  std::string reason(const std::vector<std::string>& scopes, const Request& request) {
    return world.reason(std::get<1>(GetParam()).present(world, alice, scopes, request));
  }

  World world;
  model::Account alice;
};

class Scopes : public EveryKind {};
class WithoutScopes : public EveryKind {};

TEST_P(Scopes, LetThroughWhatIsInsideAndNothingElseN17) {
  const CredentialKind& kind = std::get<1>(GetParam());
  for (const auto& [scope, inside, outside] : rows()) {
    if (!kind.reaches(inside) || !kind.reaches(outside)) continue;
    EXPECT_EQ(user({scope}, inside), "alice") << scope;
    EXPECT_EQ(user({scope}, outside), "(refused)") << scope;
    EXPECT_EQ(user({}, inside), "alice") << scope;
    EXPECT_EQ(reason({scope}, outside), "scope_denied") << scope;
  }
}

TEST_P(Scopes, OfAnotherKindNarrowFurther) {
  const std::vector<std::string> scopes{"read", "repository:a", "from:192.0.2.0/24"};
  EXPECT_EQ(user(scopes, get("/v2/a/manifests/1")), "alice");
  EXPECT_EQ(user(scopes, method("PUT", "/v2/a/manifests/1")), "(refused)");
  EXPECT_EQ(user(scopes, get("/v2/b/manifests/1")), "(refused)");
  EXPECT_EQ(user(scopes, get("/v2/a/manifests/1").with("REMOTE_ADDR", "203.0.113.1")),
            "(refused)");
}

TEST_P(Scopes, ThatNobodyKnowsLetNothingThrough) {
  EXPECT_EQ(user({"everything"}, get("/v2/a/manifests/1")), "(refused)");
  EXPECT_EQ(user({"read", "repository"}, get("/v2/a/manifests/1")), "(refused)");
}

TEST_P(Scopes, NeverWidenWhatTheRulesAllow) {
  world.config.rules.front().who = config::Who::kNobody;
  world.restart();
  EXPECT_EQ(user({"path:/"}, get("/v2/a/manifests/1")), "(refused)");
  EXPECT_EQ(reason({"path:/"}, get("/v2/a/manifests/1")), "rule_denied");
}

TEST_P(WithoutScopes, AreTheirOwnerWherever) {
  for (const auto& [scope, inside, outside] : rows()) {
    EXPECT_EQ(user({scope}, inside), "alice") << scope;
    EXPECT_EQ(user({scope}, outside), "alice") << scope;
  }
}

TEST_P(WithoutScopes, NeverWidenWhatTheRulesAllow) {
  world.config.rules.front().who = config::Who::kNobody;
  world.restart();
  EXPECT_EQ(user({}, get("/x")), "(refused)");
  EXPECT_EQ(reason({}, get("/x")), "rule_denied");
}

TEST_P(Scopes, AreRefusedFor403AsNoOtherPasswordWouldHelp) {
  const auto& [dialect, kind] = GetParam();
  if (dialect == Dialect::kModFcgid) return;  // its clients see what Apache makes of a bare 401
  const Request request = kind.present(world, alice, {"read"}, method("PUT", "/v2/a/manifests/1"));
  EXPECT_EQ(world.client_sees(dialect, request).status, 403);
}

std::string name_of_road(const testing::TestParamInfo<EveryKind::ParamType>& road) {
  return name_of(std::get<0>(road.param)) + std::get<1>(road.param).name;
}

INSTANTIATE_TEST_SUITE_P(EveryRoad, Scopes,
                         testing::Combine(testing::ValuesIn(kDialects),
                                          testing::ValuesIn(kCredentialKinds)),
                         name_of_road);
INSTANTIATE_TEST_SUITE_P(EveryRoad, WithoutScopes,
                         testing::Combine(testing::ValuesIn(kDialects),
                                          testing::ValuesIn(kKindsWithoutScopes)),
                         name_of_road);

}  // namespace
}  // namespace latchkey::flow
