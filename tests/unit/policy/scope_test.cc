#include "latchkey/policy/scope.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/results.h"

namespace latchkey::policy {
namespace {

model::AuthQuery query(std::string method, std::string host, std::string path) {
  model::AuthQuery query;
  query.request.method = std::move(method);
  query.request.host = std::move(host);
  query.request.path = std::move(path);
  return query;
}

bool permit(std::vector<std::string> scopes, const model::AuthQuery& asked) {
  return scopes_permit(scopes, asked);
}

TEST(Scopes, NarrowNothingWhenThereAreNone) {
  EXPECT_TRUE(permit({}, query("DELETE", "nexus.example", "/x")));
}

TEST(Scopes, ReadTakesSafeMethodsOnly) {
  EXPECT_TRUE(permit({"read"}, query("GET", "h.example", "/")));
  EXPECT_TRUE(permit({"read"}, query("PROPFIND", "h.example", "/")));
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "MKCOL", "get"}) {
    EXPECT_FALSE(permit({"read"}, query(method, "h.example", "/"))) << method;
  }
}

TEST(Scopes, ReadTakesNoUpgrade) {
  model::AuthQuery asked = query("GET", "h.example", "/");
  asked.hints.wants_upgrade = true;
  EXPECT_FALSE(permit({"read"}, asked));
}

TEST(Scopes, PathsHoldAtASegmentsBorderD4) {
  const std::vector<std::string> scopes{"path:/repository/team-a", "path:/v2"};
  EXPECT_TRUE(permit(scopes, query("PUT", "h.example", "/repository/team-a/x.jar")));
  EXPECT_TRUE(permit(scopes, query("PUT", "h.example", "/v2/")));
  EXPECT_FALSE(permit(scopes, query("PUT", "h.example", "/repository/team-a-evil/x.jar")));
  EXPECT_FALSE(permit(scopes, query("PUT", "h.example", "/x/repository/team-a")));
}

TEST(Scopes, APathWithASemicolonIsNotWhatAPathScopeNames) {
  model::AuthQuery asked = query("GET", "h.example", "/repository/maven/x");
  asked.request.target = "/repository/maven;v=1/x";
  EXPECT_FALSE(permit({"path:/repository/maven"}, asked));
  EXPECT_TRUE(permit({"read"}, asked));
  asked.request.target = "/repository/maven/x?v=1;w=2";
  EXPECT_TRUE(permit({"path:/repository/maven"}, asked));
}

TEST(Scopes, EveryKindThatIsNamedMustHold) {
  const std::vector<std::string> scopes{"read", "host:a.example", "path:/x"};
  EXPECT_TRUE(permit(scopes, query("GET", "a.example", "/x/y")));
  EXPECT_FALSE(permit(scopes, query("PUT", "a.example", "/x/y")));
  EXPECT_FALSE(permit(scopes, query("GET", "b.example", "/x/y")));
  EXPECT_FALSE(permit(scopes, query("GET", "a.example", "/y")));
}

TEST(Scopes, AnUnknownWordFitsNothing) {
  for (const char* word : {"write", "", "READ", "path:", "host:", "read "}) {
    EXPECT_FALSE(permit({word}, query("GET", "a.example", "/"))) << word;
  }
}

TEST(CheckScope, TakesTheThreeForms) {
  EXPECT_THAT(check_scope("read"), IsOk());
  EXPECT_THAT(check_scope("host:docker.example"), IsOk());
  EXPECT_THAT(check_scope("path:/repository/maven"), IsOk());
}

TEST(CheckScope, RefusesWhatNoRequestCouldFit) {
  for (const std::string scope :
       {"", "write", "host:", "host:A.example", "host:a.example:80", "path:", "path:repository",
        "path:/a/../b", "path:/a%2fb", "path:/a?b", "path://a"}) {
    EXPECT_THAT(check_scope(scope).has_value(), false) << scope;
  }
  EXPECT_THAT(check_scope("path:/" + std::string(600, 'a')), FailsWith(ErrorCode::kMalformed));
}

}  // namespace
}  // namespace latchkey::policy
