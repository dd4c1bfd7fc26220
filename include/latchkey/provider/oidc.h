// Signing in at an OpenID Connect provider: authorization code flow with state, nonce and PKCE.
// GitLab and Google are such, with a few fields of their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "latchkey/config/config.h"
#include "latchkey/provider/metadata_source.h"
#include "latchkey/provider/provider.h"
#include "latchkey/crypto/jwt.h"
#include "latchkey/remote/http_client.h"
#include "latchkey/store/provider_keys.h"
#include "latchkey/wire/json.h"

namespace latchkey::provider {

struct Tokens;

// Spec: OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC 9207, RFC 9700.
class Oidc final : public Provider {
 public:
  // All of them outlive this object.
  Oidc(const config::Provider& settings, store::ProviderKeys& kept, remote::HttpClient& client)
      : settings_(settings), source_(settings, kept, client), client_(client) {}

  const std::string& name() const override { return settings_.name; }
  const std::string& title() const override { return settings_.title; }
  const std::string& issuer() const override { return settings_.issuer; }
  config::Verifier verifier() const override { return settings_.membership; }

  Result<std::string> start(const LoginState& state, std::string_view sealed_state,
                            const std::string& redirect_uri, TimePoint now) override;
  Result<SignedIn> finish(const CallbackAnswer& answer, const LoginState& state,
                          const std::string& redirect_uri, TimePoint now) override;
  Result<std::optional<std::string>> logout_url(const SecretString& id_token,
                                                const std::string& back_to) override;
  Result<LogoutRequest> verify_logout_token(std::string_view token, TimePoint now) override;
  Standing recheck(const Grant& grant, const std::string& subject, const KeepGrant& keep,
                   TimePoint now) override;
  Result<std::optional<TimePoint>> refresh(TimePoint now) override { return source_.refresh(now); }

 private:
  Result<crypto::VerifiedToken> verify(std::string_view text, const crypto::KeyRing& keys,
                                       TimePoint now);
  Result<wire::Json> userinfo(const std::string& subject, const Metadata& metadata,
                              const SecretString& access_token);
  Outcome add_organizations(const SecretString& access_token, Claims& claims);
  // What is known of the person; `id_claims` is null when there is no ID token. Errors: also
  // kNotFound: nothing is said of them at all.
  Result<Claims> claims_of(const wire::Json* id_claims, const std::string& subject,
                           const Metadata& metadata, const SecretString& access_token);
  Result<std::optional<crypto::VerifiedToken>> refreshed_id_token(const Tokens& tokens,
                                                                  const Published& published,
                                                                  TimePoint now);
  Standing standing_by(const Tokens& tokens, const std::string& subject,
                       const Published& published, TimePoint now);

  const config::Provider& settings_;
  MetadataSource source_;
  remote::HttpClient& client_;
};

}  // namespace latchkey::provider
