// Every kind of credential as a program presents it: those that have scopes, and those that are their
// owner without any. A new kind is a line here, and every test over all kinds holds it from then on.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/registry_keys.h"
#include "latchkey/crypto/short_token.h"
#include "latchkey/crypto/user_token.h"
#include "world.h"

namespace latchkey::flow {

// Issues a credential with these scopes and shows it with the request.
using Present = Request (*)(World& world, const model::Account& owner,
                            const std::vector<std::string>& scopes, Request request);

struct CredentialKind {
  const char* name;
  Present present;
  void (*prepare)(World& world) = nullptr;  // what must be configured; null: nothing
  std::string_view below = "/";             // the paths at which it can be shown at all

  bool reaches(const Request& request) const {
    return request.params.at("REQUEST_URI").starts_with(below);
  }
};

inline std::string short_token(World& world, const model::Account& owner,
                               const std::vector<std::string>& scopes) {
  const SecretString token = crypto::make_short_token(world.random);
  model::IssuedCredential record;
  record.id = CredentialId(make_uuid_v7(world.clock.now(), world.random));
  record.account = owner.id;
  record.epoch = owner.credential_epoch;
  record.scopes = scopes;
  record.created = world.clock.now();
  record.expires = world.clock.now() + std::chrono::days(30);
  record.form = model::TokenForm::kShort;
  const Outcome issued =
      world.store->credentials().issue(record, 100, kSomebody, crypto::sha256(token.reveal()));
  EXPECT_THAT(issued, IsOk());
  return std::string(token.reveal());
}

// An access token for whatever is in the registry of `host`, of a credential with these scopes: made
// by us, but by whatever fault for more than the credential is for.
inline std::string docker_token(World& world, const model::Account& owner,
                                const std::vector<std::string>& scopes, const std::string& host) {
  constexpr const char* kEverything =
      R"([{"type":"repository","name":"a","actions":["delete","pull","push"]},)"
      R"({"type":"repository","name":"b","actions":["delete","pull","push"]},)"
      R"({"type":"registry","name":"catalog","actions":["*"]}])";
  const auto json = [](std::string_view text) { return "\"" + std::string(text) + "\""; };
  const std::int64_t now = to_unix(world.clock.now());
  const std::string claims =
      R"({"iss":)" + json(world.config.site.url) + R"(,"sub":)" + json(owner.profile.user_name) +
      R"(,"aud":)" + json(host) + R"(,"iat":)" + std::to_string(now) + R"(,"nbf":)" +
      std::to_string(now) + R"(,"exp":)" + std::to_string(now + 300) +
      R"(,"jti":"t1","token_use":"docker-access","account":)" + json(owner.id.text()) +
      R"(,"credential":)" + json(world.record(owner, scopes).text()) + R"(,"access":)" +
      kEverything + "}";
  const auto key = crypto::RegistryKeys(shared_keys()).signing_key(world.clock.now());
  EXPECT_THAT(key, IsOk());
  return std::string(key->sign(claims, key->info().libtrust)->reveal());
}

inline void let_tokens_into_registries(World& world) {
  world.config.docker.token_hosts = {"nexus.example", "docker.example"};
  EXPECT_THAT(crypto::RegistryKeys(shared_keys()).create(world.clock.now()), IsOk());
  world.restart();
}

inline constexpr std::string_view kNameCode = "abcd1234";

// The pass code of a new pair of Nexus.
inline std::string user_token(World& world, const model::Account& owner) {
  const auto sealer = crypto::Sealer::load(shared_keys() + "/seal.key");
  EXPECT_THAT(sealer, IsOk());
  store::UserToken token;
  token.account = owner.id;
  token.name_code = kNameCode;
  token.generation = crypto::make_generation(world.random);
  token.created = world.clock.now();
  const SecretString pass = crypto::pass_code(*sealer, token.name_code, token.generation);
  token.pass_hash = crypto::sha256(pass.reveal());
  EXPECT_THAT(world.store->user_tokens().make(token, owner.credential_epoch,
                                              store::Renewal::kReplace, kSomebody),
              IsOk());
  return std::string(pass.reveal());
}

inline void switch_user_tokens_on(World& world) {
  world.config.user_token.enabled = true;
  world.restart();
}

inline constexpr auto kCredentialKinds = std::to_array<CredentialKind>({
    {"SignedAsBearer",
     [](World& world, const model::Account& owner, const std::vector<std::string>& scopes,
        Request request) { return by_bearer(std::move(request), world.token(owner, scopes)); }},
    {"SignedAsBasic",
     [](World& world, const model::Account& owner, const std::vector<std::string>& scopes,
        Request request) {
       return by_basic(std::move(request), owner.profile.user_name, world.token(owner, scopes));
     }},
    {"ShortAsBearer",
     [](World& world, const model::Account& owner, const std::vector<std::string>& scopes,
        Request request) {
       return by_bearer(std::move(request), short_token(world, owner, scopes));
     }},
    {"ShortAsBasic",
     [](World& world, const model::Account& owner, const std::vector<std::string>& scopes,
        Request request) {
       return by_basic(std::move(request), owner.profile.user_name,
                       short_token(world, owner, scopes));
     }},
    {"DockerToken",
     [](World& world, const model::Account& owner, const std::vector<std::string>& scopes,
        Request request) {
       const std::string host = request.params.at("HTTP_HOST");
       return by_bearer(std::move(request), docker_token(world, owner, scopes, host));
     },
     let_tokens_into_registries, "/v2/"},
});

// What these are shown with for scopes is nothing to them.
inline constexpr auto kKindsWithoutScopes = std::to_array<CredentialKind>({
    {"UserTokenByNameCode",
     [](World& world, const model::Account& owner, const std::vector<std::string>&,
        Request request) {
       return by_basic(std::move(request), kNameCode, user_token(world, owner));
     },
     switch_user_tokens_on},
    {"UserTokenByUserName",
     [](World& world, const model::Account& owner, const std::vector<std::string>&,
        Request request) {
       return by_basic(std::move(request), owner.profile.user_name, user_token(world, owner));
     },
     switch_user_tokens_on},
});

}  // namespace latchkey::flow
