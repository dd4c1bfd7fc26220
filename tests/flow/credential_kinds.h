// Every kind of credential that has scopes, as a program presents it. A new kind is a line here, and
// every test over all kinds holds it from then on.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/short_token.h"
#include "world.h"

namespace latchkey::flow {

// Issues a credential with these scopes and shows it with the request.
using Present = Request (*)(World& world, const model::Account& owner,
                            const std::vector<std::string>& scopes, Request request);

struct CredentialKind {
  const char* name;
  Present present;
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
});

}  // namespace latchkey::flow
