// The road of Docker's tokens: one that names more than its credential is for (it was made by us, but
// by whatever fault) lets no more through than the credential itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "latchkey/crypto/registry_keys.h"
#include "world.h"

namespace latchkey::flow {
namespace {

constexpr const char* kRegistry = "docker.example";
constexpr const char* kEverything =
    R"([{"type":"repository","name":"a","actions":["delete","pull","push"]},)"
    R"({"type":"repository","name":"b","actions":["delete","pull","push"]},)"
    R"({"type":"registry","name":"catalog","actions":["*"]}])";

Request at_registry(std::string method_name, std::string target) {
  return method(std::move(method_name), std::move(target)).with("HTTP_HOST", kRegistry);
}

std::string json(const std::string& text) { return "\"" + text + "\""; }

class DockerScopes : public testing::TestWithParam<Dialect> {
 protected:
  DockerScopes() : keys(shared_keys()) {
    world.config.docker.token_hosts = {kRegistry};
    EXPECT_THAT(keys.create(world.clock.now()), IsOk());
    world.restart();
    ann = world.account("ann");
  }

  // An access token that names everything, of a credential with these scopes.
  std::string token(std::vector<std::string> scopes) {
    const CredentialId credential = world.record(ann, std::move(scopes));
    const std::string now = std::to_string(to_unix(world.clock.now()));
    const std::string end = std::to_string(to_unix(world.clock.now()) + 300);
    const std::string claims = R"({"iss":)" + json(world.config.site.url) + R"(,"sub":"ann","aud":)" +
                               json(kRegistry) + R"(,"iat":)" + now + R"(,"nbf":)" + now +
                               R"(,"exp":)" + end +
                               R"(,"jti":"t1","token_use":"docker-access","account":)" +
                               json(ann.id.text()) + R"(,"credential":)" + json(credential.text()) +
                               R"(,"access":)" + kEverything + "}";
    const auto key = keys.signing_key(world.clock.now());
    return std::string(key->sign(claims, key->info().libtrust)->reveal());
  }

  std::string user(const std::string& scope, Request request) {
    const Request shown = by_bearer(std::move(request), token({scope}));
    return user_of(world.ask(GetParam(), shown), GetParam());
  }

  World world;
  crypto::RegistryKeys keys;
  model::Account ann;
};

TEST_P(DockerScopes, HoldForWhatATokenNamesN17) {
  struct Row {
    const char* scope;
    Request inside;
    Request outside;
  };
  const Row rows[] = {
      {"read", at_registry("GET", "/v2/a/manifests/1"), at_registry("PUT", "/v2/a/manifests/1")},
      {"host:docker.example", at_registry("GET", "/v2/a/tags/list"),
       at_registry("GET", "/v2/a/tags/list").with("HTTP_HOST", "nexus.example")},
      {"repository:a", at_registry("PUT", "/v2/a/manifests/1"),
       at_registry("GET", "/v2/b/manifests/1")},
      {"repository:a", at_registry("POST", "/v2/a/blobs/uploads/?mount=sha256:0&from=a"),
       at_registry("POST", "/v2/a/blobs/uploads/?mount=sha256:0&from=b")},
      {"docker:pull", at_registry("GET", "/v2/a/manifests/1"),
       at_registry("PATCH", "/v2/a/blobs/uploads/1")},
      {"docker:push", at_registry("PUT", "/v2/a/manifests/1"),
       at_registry("DELETE", "/v2/a/manifests/1")},
      {"docker:catalog", at_registry("GET", "/v2/_catalog"),
       at_registry("GET", "/v2/a/manifests/1")},
      {"from:192.0.2.0/24", at_registry("GET", "/v2/a/manifests/1"),
       at_registry("GET", "/v2/a/manifests/1").with("REMOTE_ADDR", "198.51.100.1")},
  };
  for (const auto& [scope, inside, outside] : rows) {
    EXPECT_EQ(user(scope, inside), "ann") << scope;
    EXPECT_EQ(user(scope, outside), "(refused)") << scope;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryDialect, DockerScopes, testing::ValuesIn(kDialects),
                         [](const auto& tested) { return name_of(tested.param); });

}  // namespace
}  // namespace latchkey::flow
