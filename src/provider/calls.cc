#include "calls.h"

#include <algorithm>
#include <utility>

#include "latchkey/crypto/digest.h"
#include "latchkey/provider/demands.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/json.h"

namespace latchkey::provider {
namespace {

constexpr std::size_t kTokenAnswerBytesMax = 64 * 1024;
constexpr std::size_t kLoggedBytesMax = 60;

void authenticate(const TokenEndpoint& endpoint, const config::Provider& settings,
                  std::vector<wire::FormField>& fields, remote::HttpRequest& request) {
  switch (endpoint.authentication) {
    case TokenAuthentication::kBasic:
      request.client = {settings.client_id, settings.client_secret.copy()};
      break;
    case TokenAuthentication::kPost:
      fields.emplace_back("client_secret", std::string(settings.client_secret.reveal()));
      [[fallthrough]];
    case TokenAuthentication::kNone:
      fields.emplace_back("client_id", settings.client_id);
      break;
  }
}

// GitHub says its errors with a 200. What another status says of a grant is believed only where
// the endpoint itself says it: a 5xx may be a gateway's.
bool is_dead_grant(int status, std::string_view error) {
  if (status >= 500) return false;
  return error == "invalid_grant" || error == "bad_refresh_token";
}

// Who stands between may not know whether the question arrived.
bool is_of_a_gateway(int status) { return status == 502 || status == 504; }

// A member that may be absent, but not of another type.
Result<SecretString> token_or_none(const wire::Json& answer, std::string_view member) {
  if (!answer.has(member) || answer.is_null(member)) return SecretString();
  LK_TRY(std::string text, answer.string(member));
  return SecretString(std::move(text));
}

Result<Tokens> read_tokens(const wire::Json& answer) {
  Tokens tokens;
  // Both are required: what is absent must never count as fulfilled (M45).
  LK_TRY(std::string access_token, answer.string("access_token"));
  LK_TRY(const std::string type, answer.string("token_type"));
  tokens.access_token = SecretString(std::move(access_token));
  if (tokens.access_token.empty() || !wire::equal_ignoring_case(type, "bearer")) {
    return fail(ErrorCode::kMalformed, "the token endpoint gives no bearer token");
  }
  LK_TRY(tokens.id_token, token_or_none(answer, "id_token"));
  LK_TRY(tokens.refresh_token, token_or_none(answer, "refresh_token"));
  return tokens;
}

}  // namespace

remote::HttpRequest request_to(const config::Provider& settings, const std::string& url) {
  remote::HttpRequest request;
  request.url = url;
  request.to = settings.name;
  request.cleartext = remote::is_loopback_http(settings.issuer) ? remote::Cleartext::kLoopbackOnly
                                                                : remote::Cleartext::kRefuse;
  request.ca_file = settings.ca_file;
  request.deadline = settings.timeout;
  return request;
}

std::string with_query(const std::string& endpoint, const std::vector<wire::FormField>& fields) {
  return endpoint + (endpoint.contains('?') ? '&' : '?') + wire::form_encode(fields);
}

std::string challenge_of(const SecretString& verifier) {
  return wire::base64url_encode(crypto::sha256(verifier.reveal()).bytes());
}

std::string loggable(std::string_view text) {
  std::string out(text.substr(0, kLoggedBytesMax));
  std::erase_if(out, [](char c) { return !wire::is_visible(c); });
  return out;
}

std::expected<Tokens, TokenFailure> ask_for_tokens(const TokenEndpoint& endpoint,
                                                   std::vector<wire::FormField> fields,
                                                   const config::Provider& settings,
                                                   remote::HttpClient& client) {
  using After = TokenFailure::After;
  remote::HttpRequest request = request_to(settings, endpoint.url);
  request.method = remote::Method::kPost;
  authenticate(endpoint, settings, fields, request);
  request.form = SecretString(wire::form_encode(fields));
  for (auto& [name, value] : fields) wipe(value);
  Result<remote::HttpResponse> response = client.send(request);
  if (!response) {
    const bool sent = response.error().code != ErrorCode::kUnavailable;
    return std::unexpected(
        TokenFailure{std::move(response).error(), sent ? After::kMaybeSpent : After::kIntact});
  }
  const Result<wire::Json> answer = wire::Json::parse(response->body, kTokenAnswerBytesMax);
  wipe(response->body);
  const Result<std::string> error =
      answer ? answer->string("error") : fail(ErrorCode::kMalformed, "no JSON");
  if (response->status == 200 && !error) {
    Result<Tokens> tokens = answer ? read_tokens(*answer) : std::unexpected(answer.error());
    if (tokens) return *std::move(tokens);
    // A 200 has spent the grant, whatever it says.
    return std::unexpected(TokenFailure{std::move(tokens).error(), After::kMaybeSpent});
  }
  const std::string said = error ? loggable(*error) : answer ? "no error code" : "no JSON";
  return std::unexpected(TokenFailure{
      {answer ? ErrorCode::kRefused : ErrorCode::kMalformed,
       "the token endpoint answers " + std::to_string(response->status) + ", " + said},
      error && is_dead_grant(response->status, *error) ? After::kDead
      : is_of_a_gateway(response->status)              ? After::kMaybeSpent
                                                       : After::kIntact});
}

Grant refresh_grant(const Tokens& tokens) {
  if (tokens.refresh_token.empty()) return {};
  return {Grant::Kind::kRefreshToken, tokens.refresh_token.copy()};
}

Standing unknown_standing(const Error& error) {
  Standing standing;
  standing.detail = error.detail;
  return standing;
}

Standing lost(std::string detail) {
  Standing standing;
  standing.kind = Standing::Kind::kLost;
  standing.detail = std::move(detail);
  return standing;
}

Standing standing_after(const TokenFailure& failure) {
  Standing standing = unknown_standing(failure);
  switch (failure.grant) {
    case TokenFailure::After::kIntact: break;
    case TokenFailure::After::kMaybeSpent: standing.maybe_spent = true; break;
    case TokenFailure::After::kDead:
      standing.kind = Standing::Kind::kLost;
      standing.by_grant = true;
      break;
  }
  return standing;
}

Standing standing_of(const config::Provider& settings, Claims claims) {
  if (const auto unmet = unmet_demand(settings, claims)) return lost(unmet->detail);
  Standing standing;
  standing.kind = Standing::Kind::kMember;
  standing.claims = std::move(claims);
  return standing;
}

}  // namespace latchkey::provider
