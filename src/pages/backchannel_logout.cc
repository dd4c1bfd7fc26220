#include "latchkey/pages/backchannel_logout.h"

#include <optional>
#include <utility>

#include "latchkey/crypto/jwt.h"
#include "latchkey/pages/html.h"
#include "latchkey/pages/problem.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/json_object.h"
#include "sign_in.h"
#include "sign_in_message.h"

namespace latchkey::pages {
namespace {

// What was wrong stays in the log: an answer that says more helps whoever forges tokens.
PageResult refused(std::string detail) {
  const std::string body = wire::JsonObject().add("error", "invalid_request").text();
  return {json_answer(400, body), "logout_token_refused", std::move(detail), ""};
}

PageResult unavailable(std::string detail) {
  const std::string body = wire::JsonObject().add("error", "temporarily_unavailable").text();
  PageResult result{json_answer(503, body), "unavailable", std::move(detail), ""};
  result.answer.add_ours("Retry-After", std::to_string(kRetryAfter.count()));
  return result;
}

// Reads `iss` without trust, only to know which configured provider's keys are to be asked.
Result<std::string> claimed_issuer(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  if (token.size() > crypto::kTokenBytesMax || second == token.npos) {
    return fail(ErrorCode::kMalformed, "no token of the compact form");
  }
  LK_TRY(const std::string payload,
         wire::base64url_decode(token.substr(first + 1, second - first - 1)));
  LK_TRY(const wire::Json claims, wire::Json::parse(payload, crypto::kTokenBytesMax));
  return claims.string("iss");
}

// Two providers of the configuration may share an issuer and differ in the client: each is asked.
Result<provider::LogoutRequest> verify(const SignInParts& parts, std::string_view token,
                                       TimePoint now) {
  LK_TRY(const std::string issuer, claimed_issuer(token));
  Result<provider::LogoutRequest> last =
      fail(ErrorCode::kRefused, "a logout token of an issuer that is not configured");
  for (const auto& provider : parts.providers.all()) {
    if (provider->issuer() != issuer) continue;
    last = provider->verify_logout_token(token, now);
    if (last || last.error().code == ErrorCode::kUnavailable) return last;
  }
  return last;
}

}  // namespace

PageResult BackchannelLogoutPage::serve(const PageRequest& request) {
  const Result<wire::Form> posted = posted_form(request);
  if (!posted) return refused(posted.error().detail);
  const auto token = posted->single("logout_token");
  if (!token) return refused(token.error().detail);
  if (!token->has_value()) return refused("no logout_token");
  const Result<provider::LogoutRequest> asked = verify(parts_, **token, request.now);
  if (!asked && asked.error().code == ErrorCode::kUnavailable) {
    return unavailable(asked.error().detail);
  }
  if (!asked) return refused(asked.error().detail);
  const Result<std::int64_t> ended = parts_.store.sessions().obey_logout(
      {asked->issuer, asked->jti, asked->replay_end, asked->sid, asked->sub}, request.now,
      model::Actor::provider(asked->issuer));
  if (!ended && ended.error().code == ErrorCode::kConflict) {
    return refused("a replayed logout token");
  }
  if (!ended) return unavailable(ended.error().detail);
  PageResult result{json_answer(200, "{}"), "signed_out_by_provider", "", ""};
  result.detail = std::to_string(*ended) + " sessions ended";
  return result;
}

}  // namespace latchkey::pages
