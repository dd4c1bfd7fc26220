#include "latchkey/credential/present.h"

#include <optional>
#include <utility>
#include <variant>

#include "latchkey/crypto/registry_keys.h"
#include "latchkey/wire/authorization.h"
#include "latchkey/wire/cookie.h"

namespace latchkey::credential {
namespace {

using model::Credential;
using model::Reason;

Credential taken(wire::Basic basic) {
  return model::BasicPair{.user = std::move(basic.user), .password = std::move(basic.password)};
}
Credential taken(wire::Bearer bearer, std::string_view token_service) {
  if (!token_service.empty() && bearer.token.reveal().starts_with(crypto::kRegistryTokenBegin)) {
    return model::DockerToken{.token = std::move(bearer.token),
                              .service = std::string(token_service)};
  }
  return model::BearerToken{.token = std::move(bearer.token)};
}

model::Step<Credential> from_authorization(std::string_view field, std::string_view token_service) {
  Result<wire::Authorization> parsed = wire::parse_authorization(field);
  if (!parsed) return model::refuse(Reason::kMalformedCredential, parsed.error().detail);
  if (auto* basic = std::get_if<wire::Basic>(&*parsed)) return taken(std::move(*basic));
  if (auto* bearer = std::get_if<wire::Bearer>(&*parsed)) {
    return taken(std::move(*bearer), token_service);
  }
  // Nothing else is looked into, whatever its parameters look like (V6).
  return model::refuse(Reason::kMalformedCredential, "an Authorization scheme that is not ours");
}

model::Step<Credential> from_cookie(std::string_view cookies, std::string_view name) {
  // Signing in again would not make the field shorter, so this one must not lead there.
  if (cookies.size() > wire::kCookieHeaderBytesMax) {
    return model::refuse(Reason::kMalformedRequest, "the Cookie field is too large");
  }
  const Result<std::optional<std::string_view>> value = wire::find_cookie(cookies, name);
  if (value && (!*value || (*value)->empty())) return Credential(model::NoCredential{});
  if (value) return Credential(model::SessionCookie{.token = SecretString(**value)});
  if (value.error().code == ErrorCode::kConflict) {
    return model::refuse(Reason::kDuplicateCookie, "two session cookies");
  }
  // We never made such a value; a sign-in replaces it.
  return model::refuse(Reason::kUnknownSession, "a session cookie with bytes we never use");
}

}  // namespace

model::Step<Credential> present(const model::AuthQuery& query, config::AuthorizationUse use,
                                std::string_view cookie_name,
                                std::string_view token_service) {
  const bool ours = use == config::AuthorizationUse::kLatchkey;
  if (ours && query.authorization) {
    return from_authorization(query.authorization->reveal(), token_service);
  }
  LK_TRY(Credential credential, from_cookie(query.cookies, cookie_name));
  if (std::holds_alternative<model::NoCredential>(credential)) return vouched_for(query);
  return credential;
}

model::Credential vouched_for(const model::AuthQuery& query) {
  if (query.certificate) return *query.certificate;
  if (query.remote_user) return *query.remote_user;
  return model::NoCredential{};
}

}  // namespace latchkey::credential
