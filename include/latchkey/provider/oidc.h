// Signing in at an OpenID Connect provider: authorization code flow with state, nonce and PKCE.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "latchkey/config/config.h"
#include "latchkey/provider/metadata_source.h"
#include "latchkey/provider/provider.h"
#include "latchkey/remote/http_client.h"
#include "latchkey/store/provider_keys.h"

namespace latchkey::provider {

// Spec: OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC 9207, RFC 9700.
class Oidc final : public Provider {
 public:
  // All of them outlive this object.
  Oidc(const config::Provider& settings, store::ProviderKeys& kept, remote::HttpClient& client)
      : settings_(settings), source_(settings, kept, client), client_(client) {}

  const std::string& name() const override { return settings_.name; }
  const std::string& title() const override { return settings_.title; }
  const std::string& issuer() const override { return settings_.issuer; }

  Result<std::string> start(const LoginState& state, std::string_view sealed_state,
                            const std::string& redirect_uri, TimePoint now) override;
  Result<SignedIn> finish(const CallbackAnswer& answer, const LoginState& state,
                          const std::string& redirect_uri, TimePoint now) override;
  Result<std::optional<std::string>> logout_url(const SecretString& id_token,
                                                const std::string& back_to) override;
  Result<LogoutRequest> verify_logout_token(std::string_view token, TimePoint now) override;
  Outcome refresh(TimePoint now) override { return source_.refresh(now); }

 private:
  struct Tokens {
    SecretString access_token;
    SecretString id_token;
  };

  remote::HttpRequest token_request(const Metadata& metadata, const CallbackAnswer& answer,
                                    const LoginState& state, const std::string& redirect_uri) const;
  Result<Tokens> redeem(const remote::HttpRequest& request);
  Result<crypto::VerifiedToken> verify(std::string_view text, const crypto::KeyRing& keys,
                                       TimePoint now);
  Result<Claims> claims_of(const crypto::VerifiedToken& id_token, const Metadata& metadata,
                           const SecretString& access_token);

  const config::Provider& settings_;
  MetadataSource source_;
  remote::HttpClient& client_;
};

}  // namespace latchkey::provider
