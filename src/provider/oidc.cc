#include "latchkey/provider/oidc.h"

#include <algorithm>
#include <vector>

#include "calls.h"
#include "google_organizations.h"
#include "latchkey/base/joined.h"
#include "latchkey/provider/claims.h"
#include "latchkey/provider/demands.h"
#include "latchkey/provider/token_rules.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json.h"

namespace latchkey::provider {
namespace {

constexpr std::string_view kOfflineAccess = "offline_access";
constexpr std::size_t kUserinfoBytesMax = 256 * 1024;
// Web servers give the header block of one FastCGI answer 4 KiB as a rule.
constexpr std::size_t kLogoutUrlBytesMax = 3000;

// The key that the token names, or, when it names none, the only one that does its algorithm.
const crypto::VerificationKey* find_key(const crypto::KeyRing& keys,
                                        const crypto::UnverifiedToken& token) {
  if (!token.key_id().empty()) return keys.find(token.key_id());
  const crypto::VerificationKey* found = nullptr;
  for (const crypto::VerificationKey& key : keys.keys()) {
    const auto& algorithms = key.algorithms();
    if (std::ranges::find(algorithms, token.algorithm()) == algorithms.end()) continue;
    if (found != nullptr) return nullptr;
    found = &key;
  }
  return found;
}

// RFC 9207: an answer of another provider must not be redeemed at this one (mix-up).
Outcome check_answer_issuer(const Metadata& metadata, const CallbackAnswer& answer) {
  if (!answer.iss.has_value()) {
    if (metadata.issuer_parameter == IssuerParameter::kNotAnnounced) return {};
    return fail(ErrorCode::kRefused, "the answer lacks iss, which the provider announces");
  }
  if (*answer.iss == metadata.issuer) return {};
  return fail(ErrorCode::kRefused, "the answer is of another issuer");
}

bool asks_again(const config::Provider& settings) {
  return config::asks_provider(settings.membership);
}

// GitLab gives a refresh token in any case, Google for a parameter of its own.
std::vector<std::string> scopes_of(const config::Provider& settings) {
  std::vector<std::string> scopes = settings.scopes;
  const bool wanted = settings.type == config::ProviderType::kOidc && asks_again(settings);
  if (wanted && std::ranges::find(scopes, kOfflineAccess) == scopes.end()) {
    scopes.emplace_back(kOfflineAccess);
  }
  return scopes;
}

void add_special_fields(const config::Provider& settings, std::vector<wire::FormField>& fields) {
  const bool google = settings.type == config::ProviderType::kGoogle;
  const bool oidc = settings.type == config::ProviderType::kOidc;
  if (google && asks_again(settings)) fields.emplace_back("access_type", "offline");
  // Shows the accounts of that domain only; which it is, is checked at the end all the same.
  if (google && !settings.hosted_domains.empty()) {
    const bool one = settings.hosted_domains.size() == 1;
    fields.emplace_back("hd", one ? settings.hosted_domains.front() : "*");
  }
  // Without consent neither gives a refresh token (Core section 11; Google: not a second time).
  const bool consent = settings.prompt.empty() && asks_again(settings) && (google || oidc);
  if (consent || !settings.prompt.empty()) {
    fields.emplace_back("prompt", consent ? "consent" : settings.prompt);
  }
}

}  // namespace

Result<std::string> Oidc::start(const LoginState& state, std::string_view sealed_state,
                                const std::string& redirect_uri, TimePoint now) {
  LK_TRY(const Published published, source_.current(now));
  std::vector<wire::FormField> fields{
      {"response_type", "code"},
      {"client_id", settings_.client_id},
      {"redirect_uri", redirect_uri},
      {"scope", joined(scopes_of(settings_), " ")},
      {"state", std::string(sealed_state)},
      {"nonce", state.nonce},
      {"code_challenge", challenge_of(state.verifier)},
      {"code_challenge_method", "S256"},
  };
  add_special_fields(settings_, fields);
  return with_query(published.metadata.authorization_endpoint, fields);
}

Result<crypto::VerifiedToken> Oidc::verify(std::string_view text, const crypto::KeyRing& keys,
                                           TimePoint now) {
  LK_TRY(const crypto::UnverifiedToken token,
         crypto::UnverifiedToken::parse(text, crypto::kFetchedTokenBytesMax));
  const auto& allowed = settings_.algorithms;
  if (std::ranges::find(allowed, token.algorithm()) == allowed.end()) {
    return fail(ErrorCode::kRefused, "a token with an algorithm that is not allowed");
  }
  if (const crypto::VerificationKey* key = find_key(keys, token)) return key->verify(token);
  LK_TRY(const crypto::KeyRing fresh, source_.keys_again(now));
  if (const crypto::VerificationKey* key = find_key(fresh, token)) return key->verify(token);
  return fail(ErrorCode::kRefused, "a token signed with a key that the provider does not publish");
}

Result<wire::Json> Oidc::userinfo(const std::string& subject, const Metadata& metadata,
                                  const SecretString& access_token) {
  remote::HttpRequest request = request_to(settings_, metadata.userinfo_endpoint);
  request.bearer = access_token.copy();
  LK_TRY(const remote::HttpResponse response, client_.send(request));
  if (response.status != 200) {
    return fail(ErrorCode::kRefused,
                "the userinfo endpoint answers " + std::to_string(response.status));
  }
  LK_TRY(wire::Json found, wire::Json::parse(response.body, kUserinfoBytesMax));
  LK_TRY(const std::string about, found.string("sub"));
  // Core section 5.3.2: otherwise a stolen access token could put in somebody else's claims.
  if (about == subject) return found;
  return fail(ErrorCode::kRefused, "userinfo is of another person");
}

// Asked only where the configuration names some: the person must have consented to it.
Outcome Oidc::add_organizations(const SecretString& access_token, Claims& claims) {
  if (settings_.type != config::ProviderType::kGoogle || settings_.allowed_organizations.empty()) {
    return {};
  }
  LK_TRY(claims.organizations, google_organizations(settings_, client_, access_token));
  for (const std::string& number : claims.organizations) {
    claims.groups.push_back("organizations/" + number);
  }
  return {};
}

Result<Claims> Oidc::claims_of(const wire::Json* id_claims, const std::string& subject,
                               const Metadata& metadata, const SecretString& access_token) {
  std::optional<wire::Json> more;
  if (id_claims == nullptr || lacks_a_claim(*id_claims, settings_)) {
    if (!metadata.userinfo_endpoint.empty()) {
      LK_TRY(more, userinfo(subject, metadata, access_token));
    }
  }
  if (id_claims == nullptr) {
    if (!more) return fail(ErrorCode::kNotFound, "the provider says nothing of the person");
    id_claims = &*more;
  }
  LK_TRY(Claims claims, read_claims(*id_claims, more ? &*more : nullptr, settings_));
  LK_CHECK(add_organizations(access_token, claims));
  return claims;
}

Result<SignedIn> Oidc::finish(const CallbackAnswer& answer, const LoginState& state,
                              const std::string& redirect_uri, TimePoint now) {
  LK_TRY(const Published published, source_.current(now));
  const Metadata& metadata = published.metadata;
  LK_CHECK(check_answer_issuer(metadata, answer));
  LK_TRY(Tokens tokens,
         ask_for_tokens({metadata.token_endpoint, metadata.token_authentication},
                        {{"grant_type", "authorization_code"},
                         {"code", std::string(answer.code.reveal())},
                         {"redirect_uri", redirect_uri},
                         {"code_verifier", std::string(state.verifier.reveal())}},
                        settings_, client_));
  LK_TRY(const crypto::UnverifiedToken unverified,
         crypto::UnverifiedToken::parse(tokens.id_token.reveal(),
                                        crypto::kFetchedTokenBytesMax));
  LK_TRY(const crypto::VerifiedToken verified,
         verify(tokens.id_token.reveal(), published.keys, now));
  // The key has verified with the header's algorithm, so that is the one by now.
  const IdTokenExpectation expected{settings_.issuer,          settings_.client_id,
                                    state.nonce,               unverified.algorithm(),
                                    tokens.access_token.reveal(), state.issued};
  LK_CHECK(check_id_token(verified, expected, now));
  SignedIn out;
  out.issuer = settings_.issuer;
  LK_TRY(out.subject, verified.claims().string("sub"));
  LK_TRY(out.claims,
         claims_of(&verified.claims(), out.subject, metadata, tokens.access_token));
  out.unmet = unmet_demand(settings_, out.claims);
  if (asks_again(settings_)) out.grant = refresh_grant(tokens);
  if (verified.claims().has("sid")) {
    LK_TRY(out.sid, verified.claims().string("sid"));
  }
  out.id_token = std::move(tokens.id_token);
  return out;
}

Result<std::optional<std::string>> Oidc::logout_url(const SecretString& id_token,
                                                    const std::string& back_to) {
  const Result<Metadata> metadata = source_.kept();
  if (!metadata) {
    if (metadata.error().code == ErrorCode::kNotFound) return std::nullopt;
    return std::unexpected(metadata.error());
  }
  if (metadata->end_session_endpoint.empty()) return std::nullopt;
  std::vector<wire::FormField> fields{{"client_id", settings_.client_id},
                                      {"post_logout_redirect_uri", back_to}};
  std::string without = with_query(metadata->end_session_endpoint, fields);
  if (id_token.empty()) return without;
  fields.emplace_back("id_token_hint", std::string(id_token.reveal()));
  std::string with = with_query(metadata->end_session_endpoint, fields);
  // Without the hint the provider asks the person once more; with one that is too long the web
  // server would drop the whole answer.
  return with.size() <= kLogoutUrlBytesMax ? with : without;
}

Result<LogoutRequest> Oidc::verify_logout_token(std::string_view token, TimePoint now) {
  LK_TRY(const Published published, source_.current(now));
  LK_TRY(const crypto::VerifiedToken verified, verify(token, published.keys, now));
  return check_logout_token(verified, settings_.issuer, settings_.client_id, now);
}

}  // namespace latchkey::provider
