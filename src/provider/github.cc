#include "latchkey/provider/github.h"

#include <utility>

#include "calls.h"
#include "github_api.h"
#include "latchkey/base/joined.h"
#include "latchkey/provider/demands.h"

namespace latchkey::provider {
namespace {

TokenEndpoint token_endpoint(const config::Provider& settings) {
  return {settings.issuer + "/login/oauth/access_token", TokenAuthentication::kPost};
}

// GitHub Apps may give tokens that expire, and a refresh token then; OAuth apps never do.
Grant grant_of(Tokens tokens) {
  if (!tokens.refresh_token.empty()) return refresh_grant(tokens);
  return {Grant::Kind::kAccessToken, std::move(tokens.access_token)};
}

}  // namespace

Result<std::string> Github::start(const LoginState& state, std::string_view sealed_state,
                                  const std::string& redirect_uri, TimePoint) {
  std::vector<wire::FormField> fields{
      {"client_id", settings_.client_id},
      {"redirect_uri", redirect_uri},
      {"scope", joined(settings_.scopes, " ")},
      {"state", std::string(sealed_state)},
      {"code_challenge", challenge_of(state.verifier)},
      {"code_challenge_method", "S256"},
  };
  if (!settings_.prompt.empty()) fields.emplace_back("prompt", settings_.prompt);
  return with_query(settings_.issuer + "/login/oauth/authorize", fields);
}

Result<SignedIn> Github::finish(const CallbackAnswer& answer, const LoginState& state,
                                const std::string& redirect_uri, TimePoint now) {
  LK_TRY(Tokens tokens, ask_for_tokens(token_endpoint(settings_),
                                       {{"code", std::string(answer.code.reveal())},
                                        {"redirect_uri", redirect_uri},
                                        {"code_verifier", std::string(state.verifier.reveal())}},
                                       settings_, client_));
  GithubApi api(settings_, client_, tokens.access_token, now);
  LK_TRY(GithubPerson person, api.person());
  SignedIn out;
  out.issuer = settings_.issuer;
  out.subject = std::move(person.id);
  out.unmet = unmet_demand(settings_, person.claims);
  out.claims = std::move(person.claims);
  if (config::asks_provider(settings_.membership)) out.grant = grant_of(std::move(tokens));
  return out;
}

Standing Github::standing_by(const SecretString& access_token, const std::string& subject,
                             TimePoint now) {
  GithubApi api(settings_, client_, access_token, now);
  Result<GithubPerson> person = api.person();
  if (!person) {
    Standing standing = unknown_standing(person.error());
    standing.wait = api.wait();
    if (person.error().code == ErrorCode::kExpired) standing.kind = Standing::Kind::kLost;
    return standing;
  }
  if (person->id == subject) return standing_of(settings_, std::move(person->claims));
  return lost("the access token is another person's by now");
}

Standing Github::recheck(const Grant& grant, const std::string& subject, const KeepGrant& keep,
                         TimePoint now) {
  if (grant.kind != Grant::Kind::kRefreshToken) return standing_by(grant.token, subject, now);
  auto tokens = ask_for_tokens(token_endpoint(settings_),
                               {{"grant_type", "refresh_token"},
                                {"refresh_token", std::string(grant.token.reveal())}},
                               settings_, client_);
  if (!tokens) return standing_after(tokens.error());
  const SecretString access_token = tokens->access_token.copy();
  if (const Outcome kept = keep(grant_of(*std::move(tokens))); !kept) {
    return unknown_standing(kept.error());
  }
  return standing_by(access_token, subject, now);
}

}  // namespace latchkey::provider
