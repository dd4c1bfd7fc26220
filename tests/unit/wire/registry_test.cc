#include "latchkey/wire/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace latchkey::wire {
namespace {

using ::testing::ElementsAre;

std::string parsed(std::string_view text) {
  const auto access = parse_registry_scope(text);
  return access ? registry_scopes({*access}) : "(nothing)";
}

std::string demand(std::string_view method, std::string_view path, std::string_view query = "") {
  const auto found = registry_demand(method, path, query);
  return found ? registry_scopes(*found) : "(none)";
}

TEST(RegistryScope, IsReadAsTypeNameAndActions) {
  EXPECT_EQ(parsed("repository:demo/hello:pull"), "repository:demo/hello:pull");
  EXPECT_EQ(parsed("repository:demo/hello:push,pull"), "repository:demo/hello:push,pull");
  EXPECT_EQ(parsed("repository(plugin):demo/hello:pull"), "repository:demo/hello:pull");
  EXPECT_EQ(parsed("registry:catalog:*"), "registry:catalog:*");
}

TEST(RegistryScope, TakesTheStarOfARepositoryForAllThreeActions) {
  EXPECT_EQ(parsed("repository:a:*"), "repository:a:delete,pull,push");
  EXPECT_EQ(parsed("repository:a:pull,*"), "repository:a:pull,delete,push");
}

TEST(RegistryScope, LeavesOutWhatIsUnknown) {
  EXPECT_EQ(parsed("repository:a:pull,admin,pull"), "repository:a:pull");
  for (const char* text :
       {"", ":", "::", "repository", "repository:a", "repository:a:", "repository:a:admin",
        "repository::pull", "repository:A:pull", "repository:a/../b:pull", "repository:/a:pull",
        "repository:a/:pull", "repository:a//b:pull", "repository:-a:pull", "repository:.:pull",
        "repository:a%2fb:pull", "repository:a b:pull", "repository:host:5000/a:pull",
        "repository(:a:pull", "Repository:a:pull", "registry:catalog:pull", "registry:other:*",
        "cluster:a:*", "repository:a\"b:pull", "repository:a\r\nb:pull"}) {
    EXPECT_EQ(parsed(text), "(nothing)") << text;
  }
  EXPECT_EQ(parsed("repository:" + std::string(kRegistryNameBytesMax, 'a') + ":pull").size(),
            kRegistryNameBytesMax + 16);
  EXPECT_EQ(parsed("repository:" + std::string(kRegistryNameBytesMax + 1, 'a') + ":pull"),
            "(nothing)");
}

TEST(RegistryScopes, MayStandBesideEachOtherInOneText) {
  const auto accesses = parse_registry_scopes(
      {"repository:a:pull repository:b:push", "nonsense", "registry:catalog:*"});
  EXPECT_EQ(registry_scopes(accesses), "repository:a:pull repository:b:push registry:catalog:*");
  EXPECT_EQ(parse_registry_scopes(std::vector<std::string>(100, "repository:a:pull")).size(),
            kRegistryScopesMax);
}

TEST(RegistryDemand, IsNothingForTheVersion) {
  for (const char* path : {"/v2", "/v2/"}) {
    EXPECT_EQ(demand("GET", path), "") << path;
    EXPECT_EQ(demand("HEAD", path), "") << path;
    EXPECT_EQ(demand("POST", path), "(none)") << path;
  }
}

TEST(RegistryDemand, IsAPullForWhatReads) {
  for (const char* path :
       {"/v2/team/app/manifests/latest", "/v2/team/app/blobs/sha256:00", "/v2/team/app/tags/list",
        "/v2/team/app/referrers/sha256:00", "/v2/team/app/blobs/uploads/some-upload"}) {
    EXPECT_EQ(demand("GET", path), "repository:team/app:pull") << path;
    EXPECT_EQ(demand("HEAD", path), "repository:team/app:pull") << path;
  }
}

TEST(RegistryDemand, IsAPushWithItsPullForWhatWrites) {
  EXPECT_EQ(demand("POST", "/v2/team/app/blobs/uploads/"), "repository:team/app:pull,push");
  EXPECT_EQ(demand("PATCH", "/v2/team/app/blobs/uploads/u1"), "repository:team/app:pull,push");
  EXPECT_EQ(demand("PUT", "/v2/team/app/blobs/uploads/u1", "digest=sha256%3A00"),
            "repository:team/app:pull,push");
  EXPECT_EQ(demand("PUT", "/v2/team/app/manifests/latest"), "repository:team/app:pull,push");
}

TEST(RegistryDemand, NeverTakesADeletionForAPushD8) {
  EXPECT_EQ(demand("DELETE", "/v2/team/app/manifests/sha256:00"), "repository:team/app:delete");
  EXPECT_EQ(demand("DELETE", "/v2/team/app/blobs/sha256:00"), "repository:team/app:delete");
  EXPECT_EQ(demand("DELETE", "/v2/team/app/blobs/uploads/u1"), "repository:team/app:delete");
}

TEST(RegistryDemand, IsAPullFromEveryRepositoryThatALayerIsTakenOutOf) {
  EXPECT_EQ(demand("POST", "/v2/mine/blobs/uploads/", "mount=sha256%3A00&from=their%2Fs"),
            "repository:mine:pull,push repository:their/s:pull");
  EXPECT_EQ(demand("POST", "/v2/mine/blobs/uploads/", "from=a&from=b&mount=x"),
            "repository:mine:pull,push repository:a:pull repository:b:pull");
  for (const char* query : {"from=../a", "from=", "from=%zz", "mount=x;from=a", "from=a%00"}) {
    EXPECT_EQ(demand("POST", "/v2/mine/blobs/uploads/", query), "(none)") << query;
  }
}

TEST(RegistryDemand, IsTheCatalogsOwnD9) {
  for (const char* path : {"/v2/_catalog", "/v2/_catalog/"}) {
    EXPECT_EQ(demand("GET", path, "n=999999999"), "registry:catalog:*") << path;
    EXPECT_EQ(demand("POST", path), "(none)") << path;
  }
}

TEST(RegistryDemand, FindsTheNameFromTheEnd) {
  EXPECT_EQ(demand("GET", "/v2/a/blobs/uploads/manifests/1"), "repository:a/blobs/uploads:pull");
  EXPECT_EQ(demand("GET", "/v2/manifests/manifests/latest"), "repository:manifests:pull");
  EXPECT_EQ(demand("POST", "/v2/a/manifests/blobs/uploads/"), "repository:a/manifests:pull,push");
  EXPECT_EQ(demand("GET", "/v2/a/tags/tags/list"), "repository:a/tags:pull");
}

TEST(RegistryDemand, IsUnknownForEverythingElse) {
  for (const char* path :
       {"/", "/v1/search", "/v2x/a/manifests/1", "/v2/a", "/v2/a/b/c", "/v2/manifests/latest",
        "/v2/tags/list", "/v2/A/manifests/1", "/v2/a/tags/other", "/v2/a/uploads/u1",
        "/v2/token", "/v2/_catalog/x", "/v2/_a/manifests/1"}) {
    EXPECT_EQ(demand("GET", path), "(none)") << path;
  }
  for (const char* method : {"OPTIONS", "PROPFIND", "get", "CONNECT", ""}) {
    EXPECT_EQ(demand(method, "/v2/a/manifests/1"), "(none)") << method;
    EXPECT_EQ(demand(method, "/v2/"), "(none)") << method;
  }
}

TEST(RepositoryName, IsAPlainPath) {
  for (const char* name : {"a", "a/b/c", "team-1/app_2.x", "0/9"}) {
    EXPECT_TRUE(is_repository_name(name)) << name;
  }
  for (const char* name : {"", "/", "a/", "/a", "..", "a/../b", "a/.b", "a-/b", "A", "a:b", "é"}) {
    EXPECT_FALSE(is_repository_name(name)) << name;
  }
}

}  // namespace
}  // namespace latchkey::wire
