// Signing in at GitHub or a GitHub Enterprise Server: plain OAuth 2.0, and its API tells the rest.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "latchkey/config/provider.h"
#include "latchkey/provider/provider.h"
#include "latchkey/remote/http_client.h"

namespace latchkey::provider {

// There is no ID token: the access token comes straight from GitHub over TLS, and what the API says
// to it is about whoever granted it. So state and PKCE alone tie the answer to the browser.
// Spec: RFC 6749, RFC 7636; GitHub's "Authorizing OAuth apps" and REST API, version 2022-11-28.
class Github final : public Provider {
 public:
  // Both outlive this object.
  Github(const config::Provider& settings, remote::HttpClient& client)
      : settings_(settings), client_(client) {}

  const std::string& name() const override { return settings_.name; }
  const std::string& title() const override { return settings_.title; }
  const std::string& issuer() const override { return settings_.issuer; }
  config::Verifier verifier() const override { return settings_.membership; }

  Result<std::string> start(const LoginState& state, std::string_view sealed_state,
                            const std::string& redirect_uri, TimePoint now) override;
  Result<SignedIn> finish(const CallbackAnswer& answer, const LoginState& state,
                          const std::string& redirect_uri, TimePoint now) override;

  Standing recheck(const Grant& grant, const std::string& subject, const KeepGrant& keep,
                   TimePoint now) override;

  // GitHub has no place to sign out at, sends no logout tokens and publishes no keys.
  Result<std::optional<std::string>> logout_url(const SecretString&, const std::string&) override {
    return std::nullopt;
  }
  Result<LogoutRequest> verify_logout_token(std::string_view, TimePoint) override {
    return fail(ErrorCode::kRefused, "GitHub sends no logout tokens");
  }
  Result<std::optional<TimePoint>> refresh(TimePoint) override { return std::nullopt; }

 private:
  Standing standing_by(const SecretString& access_token, const std::string& subject,
                       TimePoint now);

  const config::Provider& settings_;
  remote::HttpClient& client_;
};

}  // namespace latchkey::provider
