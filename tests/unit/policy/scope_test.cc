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

TEST(Scopes, ReadTakesGitsFetchWhereGitIsAndNotItsPush) {
  const std::vector<std::string> read{"read"};
  const PostedReads reads{.npm_registries = {}, .git_paths = {"/git"}};
  const auto may = [&](const char* method, const char* path) {
    return scopes_permit(read, query(method, "h.example", path), reads);
  };
  EXPECT_TRUE(may("POST", "/git/team/x.git/git-upload-pack"));
  EXPECT_FALSE(may("POST", "/git/team/x.git/git-receive-pack"));
  EXPECT_FALSE(may("PUT", "/git/team/x.git/git-upload-pack"));
  EXPECT_FALSE(may("POST", "/git/x/git-upload-pack/y"));
  // Jenkins and others take the end of an address for a parameter.
  EXPECT_FALSE(may("POST", "/scriptText/git-upload-pack"));
  EXPECT_FALSE(may("POST", "/gitx/y.git/git-upload-pack"));
  model::AuthQuery asked = query("POST", "h.example", "/git/x/git-upload-pack");
  EXPECT_FALSE(scopes_permit(read, asked)) << "nowhere, unless it is said where";
  asked.request.query = "delete=1";
  EXPECT_FALSE(scopes_permit(read, asked, reads));
}

TEST(Scopes, ReadTakesNpmsAuditOfARegistryAndNotItsPublish) {
  const std::vector<std::string> read{"read"};
  const PostedReads reads{.npm_registries = {"/", "/repository/*"}, .git_paths = {}};
  const auto may = [&](const char* method, const std::string& path) {
    return scopes_permit(read, query(method, "h.example", path), reads);
  };
  for (const char* what : {"advisories/bulk", "audits/quick", "audits"}) {
    const std::string audit = std::string("/-/npm/v1/security/") + what;
    for (const char* root : {"", "/repository/npm"}) {
      const std::string path = root + audit;
      EXPECT_TRUE(may("POST", path)) << path;
      EXPECT_FALSE(may("PUT", path)) << path;
      EXPECT_FALSE(may("POST", path + "/more")) << path;
    }
    for (const char* other : {"/scriptText", "/repository", "/repository/npm/x", "/api/delete"}) {
      EXPECT_FALSE(may("POST", other + audit)) << other;
    }
  }
  EXPECT_FALSE(may("PUT", "/repository/npm/@lab%2fhello"));
  EXPECT_FALSE(may("POST", "/repository/npm/-/v1/login"));
}

TEST(Scopes, ARepositoryIsWhereNexusAndDockerHaveIt) {
  const std::vector<std::string> scopes{"repository:team-a"};
  for (const char* path : {"/repository/team-a", "/repository/team-a/x.jar", "/v2/team-a/app/tags/list",
                           "/v2", "/v2/"}) {
    EXPECT_TRUE(permit(scopes, query("GET", "h.example", path))) << path;
  }
  for (const char* path : {"/repository/team-a-evil/x", "/repository/team/x", "/x/repository/team-a",
                           "/v2/team-a-evil/x", "/v2/_catalog", "/v2x/team-a", "/repository/",
                           "/service/rest/v1/search", "/"}) {
    EXPECT_FALSE(permit(scopes, query("GET", "h.example", path))) << path;
  }
  EXPECT_FALSE(permit(scopes, query("POST", "h.example", "/v2/")));
}

TEST(Scopes, ARepositoryMayBeOneImage) {
  const std::vector<std::string> scopes{"repository:team/app"};
  EXPECT_TRUE(permit(scopes, query("PUT", "h.example", "/v2/team/app/manifests/1")));
  EXPECT_FALSE(permit(scopes, query("PUT", "h.example", "/v2/team/application/manifests/1")));
  EXPECT_FALSE(permit(scopes, query("GET", "h.example", "/v2/team/manifests/app")));
}

TEST(Scopes, PathAndRepositoryAreOneKind) {
  const std::vector<std::string> scopes{"repository:a", "path:/service/rest"};
  EXPECT_TRUE(permit(scopes, query("GET", "h.example", "/repository/a/x")));
  EXPECT_TRUE(permit(scopes, query("GET", "h.example", "/service/rest/v1/status")));
  EXPECT_FALSE(permit(scopes, query("GET", "h.example", "/repository/b/x")));
}

TEST(Scopes, DockerActionsAreWhatAMethodMeansThere) {
  const auto may = [](const char* action, const char* method, const char* path) {
    return permit({std::string("docker:") + action}, query(method, "h.example", path));
  };
  EXPECT_TRUE(may("pull", "GET", "/v2/x/manifests/1"));
  EXPECT_TRUE(may("pull", "HEAD", "/v2/x/blobs/sha256:0"));
  EXPECT_TRUE(may("push", "PATCH", "/v2/x/blobs/uploads/1"));
  EXPECT_TRUE(may("delete", "DELETE", "/v2/x/manifests/1"));
  EXPECT_TRUE(may("catalog", "GET", "/v2/_catalog"));
  for (const char* action : {"pull", "push", "delete", "catalog"}) {
    EXPECT_TRUE(may(action, "GET", "/v2/")) << action;
    EXPECT_FALSE(may(action, "GET", "/repository/x")) << action;
    EXPECT_FALSE(may(action, "OPTIONS", "/v2/x/manifests/1")) << action;
  }
  EXPECT_FALSE(may("pull", "PUT", "/v2/x/manifests/1"));
  EXPECT_FALSE(may("push", "GET", "/v2/x/manifests/1"));
  EXPECT_FALSE(may("*", "GET", "/v2/"));
}

TEST(Scopes, ADeleteIsNoPartOfAPushD8) {
  EXPECT_FALSE(permit({"docker:pull", "docker:push"},
                      query("DELETE", "h.example", "/v2/x/manifests/sha256:0")));
}

TEST(Scopes, TheCatalogIsAnActionOfItsOwnD9) {
  const std::vector<std::string> scopes{"docker:pull", "docker:push", "docker:delete"};
  EXPECT_FALSE(permit(scopes, query("GET", "h.example", "/v2/_catalog")));
  EXPECT_FALSE(permit(scopes, query("GET", "h.example", "/v2/_catalog/")));
  EXPECT_FALSE(permit({"repository:_catalog"}, query("GET", "h.example", "/v2/_catalog")));
}

model::AuthQuery mount(std::string fields) {
  model::AuthQuery asked = query("POST", "h.example", "/v2/team-a/app/blobs/uploads/");
  asked.request.query = std::move(fields);
  return asked;
}

TEST(Scopes, NoLayerIsMountedOutOfARepositoryThatTheyDoNotName) {
  for (const std::string place : {"repository:team-a", "path:/v2/team-a"}) {
    const std::vector<std::string> scopes{place};
    EXPECT_TRUE(permit(scopes, mount("")));
    EXPECT_TRUE(permit(scopes, mount("mount=sha256:0&from=team-a/base")));
    for (const char* fields :
         {"mount=sha256:0&from=team-b/app", "from=team-a/base&from=team-b/app", "%66rom=team-b",
          "from=team-a%2F..%2Fteam-b", "from=", "from=%zz", "x=1;from=team-b", "from=team-a;b",
          "from=/team-a", "from=team-a?x", "from=team-a//b"}) {
      EXPECT_FALSE(permit(scopes, mount(fields))) << fields;
    }
  }
}

TEST(Scopes, AMountIsAPullFromThere) {
  EXPECT_FALSE(permit({"docker:push"}, mount("mount=sha256:0&from=base")));
  EXPECT_TRUE(permit({"docker:push", "docker:pull"}, mount("mount=sha256:0&from=base")));
}

TEST(Scopes, FromIsWhereThePeerIs) {
  model::AuthQuery asked = query("GET", "h.example", "/");
  asked.remote_address = "10.1.2.3";
  EXPECT_TRUE(permit({"from:10.1.0.0/16"}, asked));
  EXPECT_TRUE(permit({"from:2001:db8::/32", "from:10.1.2.3"}, asked));
  EXPECT_FALSE(permit({"from:10.2.0.0/16"}, asked));
  asked.remote_address = "2001:db8::1";
  EXPECT_TRUE(permit({"from:2001:db8::/32"}, asked));
  asked.remote_address = "";
  EXPECT_FALSE(permit({"from:0.0.0.0/0", "from:::/0"}, asked));
}

TEST(CheckScope, TakesEveryForm) {
  for (const char* scope :
       {"read", "host:docker.example", "path:/repository/maven", "repository:maven-releases",
        "repository:team/app", "docker:pull", "docker:push", "docker:delete", "docker:catalog",
        "from:10.1.0.0/16", "from:192.0.2.7", "from:2001:db8::/32"}) {
    EXPECT_THAT(check_scope(scope), IsOk()) << scope;
  }
}

TEST(CheckScope, RefusesWhatNoRequestCouldFit) {
  for (const std::string scope :
       {"", "write", "host:", "host:A.example", "host:a.example:80", "path:", "path:repository",
        "path:/a/../b", "path:/a%2fb", "path:/a?b", "path://a", "path:http://a.example/b",
        "repository:", "repository:/a", "repository:a/", "repository:a/../b", "repository:a;b",
        "docker:", "docker:*", "docker:Pull", "docker:pull,push", "from:", "from:10.0.0.1/8",
        "from:nexus.example", "from:10.0.0.0/33"}) {
    EXPECT_THAT(check_scope(scope).has_value(), false) << scope;
  }
  EXPECT_THAT(check_scope("path:/" + std::string(600, 'a')), FailsWith(ErrorCode::kMalformed));
}

}  // namespace
}  // namespace latchkey::policy
