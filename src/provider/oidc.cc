#include "latchkey/provider/oidc.h"

#include <algorithm>
#include <vector>

#include "latchkey/crypto/digest.h"
#include "latchkey/provider/claims.h"
#include "latchkey/provider/token_rules.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json.h"

namespace latchkey::provider {
namespace {

constexpr std::size_t kTokenAnswerBytesMax = 64 * 1024;
constexpr std::size_t kUserinfoBytesMax = 256 * 1024;
// Web servers give the header block of one FastCGI answer 4 KiB as a rule.
constexpr std::size_t kLogoutUrlBytesMax = 3000;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

std::string with_query(const std::string& endpoint, const std::vector<wire::FormField>& fields) {
  return endpoint + (endpoint.contains('?') ? '&' : '?') + wire::form_encode(fields);
}

std::string challenge_of(const SecretString& verifier) {
  return wire::base64url_encode(crypto::sha256(verifier.reveal()).bytes());
}

// `error` of a refusing token endpoint, made safe for the log.
std::string error_of(std::string_view body) {
  const auto answer = wire::Json::parse(body, kTokenAnswerBytesMax);
  if (!answer) return "no JSON";
  const auto error = answer->string("error");
  if (!error) return "no error code";
  std::string out = error->substr(0, 60);
  std::erase_if(out, [](char c) { return !wire::is_visible(c); });
  return out;
}

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

}  // namespace

Result<std::string> Oidc::start(const LoginState& state, std::string_view sealed_state,
                                const std::string& redirect_uri, TimePoint now) {
  LK_TRY(const Published published, source_.current(now));
  std::vector<wire::FormField> fields{
      {"response_type", "code"},
      {"client_id", settings_.client_id},
      {"redirect_uri", redirect_uri},
      {"scope", joined(settings_.scopes)},
      {"state", std::string(sealed_state)},
      {"nonce", state.nonce},
      {"code_challenge", challenge_of(state.verifier)},
      {"code_challenge_method", "S256"},
  };
  if (!settings_.prompt.empty()) fields.emplace_back("prompt", settings_.prompt);
  return with_query(published.metadata.authorization_endpoint, fields);
}

remote::HttpRequest Oidc::token_request(const Metadata& metadata, const CallbackAnswer& answer,
                                        const LoginState& state,
                                        const std::string& redirect_uri) const {
  remote::HttpRequest request = source_.request_to(metadata.token_endpoint);
  request.method = remote::Method::kPost;
  std::vector<wire::FormField> fields{
      {"grant_type", "authorization_code"},
      {"code", std::string(answer.code.reveal())},
      {"redirect_uri", redirect_uri},
      {"code_verifier", std::string(state.verifier.reveal())},
  };
  switch (metadata.token_authentication) {
    case TokenAuthentication::kBasic:
      request.client = {settings_.client_id, settings_.client_secret.copy()};
      break;
    case TokenAuthentication::kPost:
      fields.emplace_back("client_secret", std::string(settings_.client_secret.reveal()));
      [[fallthrough]];
    case TokenAuthentication::kNone:
      fields.emplace_back("client_id", settings_.client_id);
      break;
  }
  request.form = SecretString(wire::form_encode(fields));
  for (auto& [name, value] : fields) wipe(value);
  return request;
}

Result<Oidc::Tokens> Oidc::redeem(const remote::HttpRequest& request) {
  LK_TRY(remote::HttpResponse response, client_.send(request));
  if (response.status != 200) {
    return fail(ErrorCode::kRefused, "the token endpoint answers " +
                                         std::to_string(response.status) + ", " +
                                         error_of(response.body));
  }
  const Result<wire::Json> answer = wire::Json::parse(response.body, kTokenAnswerBytesMax);
  wipe(response.body);
  if (!answer) return fail(ErrorCode::kMalformed, "the token endpoint's answer is no JSON");
  // Each of them is required: what is absent must never count as fulfilled (M45).
  LK_TRY(std::string access_token, answer->string("access_token"));
  LK_TRY(std::string id_token, answer->string("id_token"));
  LK_TRY(const std::string type, answer->string("token_type"));
  if (access_token.empty() || !wire::equal_ignoring_case(type, "bearer")) {
    return fail(ErrorCode::kMalformed, "the token endpoint gives no bearer token");
  }
  return Tokens{SecretString(std::move(access_token)), SecretString(std::move(id_token))};
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

Result<Claims> Oidc::claims_of(const crypto::VerifiedToken& id_token, const Metadata& metadata,
                               const SecretString& access_token) {
  const wire::Json& claims = id_token.claims();
  if (metadata.userinfo_endpoint.empty() || !lacks_a_claim(claims, settings_)) {
    return read_claims(claims, nullptr, settings_);
  }
  remote::HttpRequest request = source_.request_to(metadata.userinfo_endpoint);
  request.bearer = access_token.copy();
  LK_TRY(const remote::HttpResponse response, client_.send(request));
  if (response.status != 200) {
    return fail(ErrorCode::kRefused,
                "the userinfo endpoint answers " + std::to_string(response.status));
  }
  LK_TRY(const wire::Json userinfo, wire::Json::parse(response.body, kUserinfoBytesMax));
  LK_TRY(const std::string expected, claims.string("sub"));
  LK_TRY(const std::string subject, userinfo.string("sub"));
  // Core section 5.3.2: otherwise a stolen access token could put in somebody else's claims.
  if (subject != expected) return fail(ErrorCode::kRefused, "userinfo is of another person");
  return read_claims(claims, &userinfo, settings_);
}

Result<SignedIn> Oidc::finish(const CallbackAnswer& answer, const LoginState& state,
                              const std::string& redirect_uri, TimePoint now) {
  LK_TRY(const Published published, source_.current(now));
  const Metadata& metadata = published.metadata;
  LK_CHECK(check_answer_issuer(metadata, answer));
  LK_TRY(Tokens tokens, redeem(token_request(metadata, answer, state, redirect_uri)));
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
  LK_TRY(out.claims, claims_of(verified, metadata, tokens.access_token));
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
