// Requests that somebody else may read otherwise than the rules do, and pairs that a browser sends
// along by itself.
#include <gtest/gtest.h>

#include "latchkey/policy/docker_request.h"
#include "latchkey/policy/policy.h"
#include "support/configs.h"
#include "support/identities.h"
#include "support/results.h"

namespace latchkey::policy {
namespace {

using config::Who;
using model::Reason;

config::Rule rule(Who who, std::vector<std::string> paths = {}) {
  config::Rule rule;
  rule.who = who;
  rule.paths = std::move(paths);
  return rule;
}

config::Path keeping(std::string prefix) {
  config::Path path;
  path.prefix = std::move(prefix);
  path.encoded_slash = config::EncodedSlash::kKeep;
  return path;
}

model::AuthQuery ask(std::string path, std::string method = "GET") {
  model::AuthQuery query;
  query.request.scheme = model::Scheme::kHttps;
  query.request.method = std::move(method);
  query.request.has_encoded_slash = path.contains("%2F") || path.contains("%252F");
  query.request.path = std::move(path);
  query.request.host = "nexus.example";
  return query;
}

Reason reason_of(const config::Config& config, const model::AuthQuery& query,
                 model::Identity identity = by_token(account_named("alice"))) {
  const Result<Policy> policy = Policy::from(config);
  LK_ASSERT(policy.has_value());
  const PathSettings settings = policy->settings(query.request.host, query.request.path);
  const model::Step<void> admitted = policy->admit(query.request, settings);
  if (!admitted) return admitted.error().reason();
  return policy->decide(query, settings, std::move(identity)).reason();
}

class EncodedSlash : public ::testing::Test {
 protected:
  EncodedSlash() {
    config_.path_settings = {keeping("/repository")};
    config_.rules = {rule(Who::kNobody, {"/repository/secret", "/repository/*/private"}),
                     rule(Who::kAuthenticated)};
  }
  config::Config config_ = example_config();
};

TEST_F(EncodedSlash, IsNoWayAroundARuleN5) {
  for (const char* path :
       {"/repository/secret%2Ff", "/repository/secret%252Ff", "/repository/m%2Fprivate/x",
        "/repository/m/private%2Fx", "/repository/m%252Fprivate%2Fx", "/repository/secret/a%2Fb"}) {
    EXPECT_EQ(reason_of(config_, ask(path)), Reason::kRuleDenied) << path;
    EXPECT_EQ(reason_of(config_, ask(path, "PUT")), Reason::kRuleDenied) << path;
  }
}

TEST_F(EncodedSlash, IsLetThroughWhereEveryReadingIs) {
  for (const char* path : {"/repository/npm/@a%2Fb", "/repository/branch%252Fx/y"}) {
    EXPECT_EQ(reason_of(config_, ask(path)), Reason::kAllowed) << path;
  }
}

TEST_F(EncodedSlash, IsRefusedWhereTheReadingsHaveDifferentSettings) {
  config::Path inner;
  inner.prefix = "/repository/inner";
  inner.cross_site = config::CrossSite::kAllow;
  config_.path_settings.push_back(inner);
  EXPECT_EQ(reason_of(config_, ask("/repository/inner%2Fx")), Reason::kAmbiguousTarget);
  EXPECT_EQ(reason_of(config_, ask("/repository/inner/a%2Fx")), Reason::kAllowed);
}

TEST_F(EncodedSlash, HidesNoMount) {
  for (const char* path : {"/repository/hosted%2Fv2%2Fteam%2Fblobs%2Fuploads%2F",
                           "/repository/hosted/v2/team%2Fblobs/uploads/",
                           "/repository/hosted/v2/team/blobs%252Fuploads"}) {
    model::AuthQuery query = ask(path, "POST");
    EXPECT_EQ(reason_of(config_, query), Reason::kAllowed) << path;
    query.request.query = "mount=sha256:aa&from=secret";
    EXPECT_EQ(reason_of(config_, query), Reason::kAmbiguousTarget) << path;
  }
}

TEST(Mount, IsRefusedAtARegistryThatIsNotAtTheRoot) {
  const std::string uploads = "/repository/hosted/v2/team/blobs/uploads/";
  model::AuthQuery query = ask(uploads, "POST");
  EXPECT_EQ(reason_of(example_config(), query), Reason::kAllowed);
  query.request.query = "mount=sha256:aa&from=secret";
  EXPECT_EQ(reason_of(example_config(), query), Reason::kAmbiguousTarget);
  query.request.query = "mount=sha256:aa&x;from=secret";
  EXPECT_EQ(reason_of(example_config(), query), Reason::kAmbiguousTarget);
  query.request.query.clear();
  query.hints.has_form_body = true;
  EXPECT_EQ(reason_of(example_config(), query), Reason::kAmbiguousTarget);
}

class RememberedPair : public ::testing::Test {
 protected:
  RememberedPair() { query_.authorization = SecretString(std::string_view("bAsIc YWxpY2U6eA==")); }
  model::AuthQuery query_ = ask("/x", "POST");
};

TEST_F(RememberedPair, IsNotBelievedForAnotherSitesPageC5) {
  query_.hints.sec_fetch_site = "cross-site";
  EXPECT_EQ(reason_of(example_config(), query_), Reason::kCrossSite);
  query_.hints.sec_fetch_site = "same-site";
  EXPECT_EQ(reason_of(example_config(), query_), Reason::kCrossSite);
  query_.hints.sec_fetch_site.clear();
  query_.hints.origin = "https://evil.example";
  EXPECT_EQ(reason_of(example_config(), query_), Reason::kCrossSite);
}

TEST_F(RememberedPair, MayReadAndServesProgramsAndOurPages) {
  EXPECT_EQ(reason_of(example_config(), query_), Reason::kAllowed);
  query_.hints.sec_fetch_site = "same-origin";
  EXPECT_EQ(reason_of(example_config(), query_), Reason::kAllowed);
  query_.hints.sec_fetch_site = "cross-site";
  query_.request.method = "GET";
  EXPECT_EQ(reason_of(example_config(), query_), Reason::kAllowed);
}

TEST_F(RememberedPair, MayComeFromAnywhereWhereThePathSaysSo) {
  config::Config config = example_config();
  config::Path open;
  open.prefix = "/x";
  open.cross_site = config::CrossSite::kAllow;
  config.path_settings = {open};
  query_.hints.sec_fetch_site = "cross-site";
  EXPECT_EQ(reason_of(config, query_), Reason::kAllowed);
}

}  // namespace
}  // namespace latchkey::policy
