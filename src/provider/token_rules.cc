#include "latchkey/provider/token_rules.h"

#include <algorithm>
#include <array>
#include <vector>

#include "latchkey/crypto/half_hash.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/json.h"

namespace latchkey::provider {
namespace {

constexpr std::size_t kSubjectBytesMax = 255;  // Core section 2 promises no more
constexpr std::string_view kLogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

// An absent type is an ID token of the usual kind; a type of another kind of token is refused, so
// that an access token or a logout token never passes for this one (RFC 8725 section 3.11).
Outcome check_type(const crypto::VerifiedToken& token, std::string_view own) {
  const std::string type = wire::to_lower(token.type());
  if (type.empty() || type == "jwt" || type == own) return {};
  return fail(ErrorCode::kRefused, "a token of another kind");
}

Outcome check_audience(const crypto::VerifiedToken& token, std::string_view client_id) {
  const std::array<std::string, 1> accepted{std::string(client_id)};
  LK_CHECK(token.check_audience(accepted));
  LK_TRY(const std::vector<std::string> audiences, token.claims().strings("aud"));
  const bool has_azp = token.claims().has("azp");
  if (audiences.size() > 1 && !has_azp) {
    return fail(ErrorCode::kRefused, "several audiences and no azp");
  }
  if (!has_azp) return {};
  LK_TRY(const std::string azp, token.claims().string("azp"));
  if (azp == client_id) return {};
  return fail(ErrorCode::kRefused, "azp names another client");
}

// `iat` is required here; that it is not in the future, check_times has seen.
Outcome check_issued(const crypto::VerifiedToken& token, TimePoint earliest) {
  const Result<std::int64_t> issued = token.claims().integer("iat");
  if (!issued) return fail(ErrorCode::kMalformed, "no iat");
  if (from_unix(*issued) >= earliest) return {};
  return fail(ErrorCode::kExpired, "issued too long ago");
}

Result<std::string> subject_of(const wire::Json& claims) {
  Result<std::string> subject = claims.string("sub");
  if (!subject || subject->empty() || subject->size() > kSubjectBytesMax) {
    return fail(ErrorCode::kMalformed, "no sub, or one that is too long");
  }
  return subject;
}

Outcome check_nonce(const wire::Json& claims, std::string_view expected) {
  const Result<std::string> nonce = claims.string("nonce");
  if (nonce && equal_in_constant_time(*nonce, expected)) return {};
  return fail(ErrorCode::kRefused, "no nonce, or that of another sign-in");
}

Outcome check_access_token_hash(const wire::Json& claims, const IdTokenExpectation& expected) {
  if (!claims.has("at_hash")) return {};
  LK_TRY(const std::string claimed, claims.string("at_hash"));
  LK_TRY(const std::string actual,
         crypto::left_half_hash(expected.algorithm, expected.access_token));
  if (equal_in_constant_time(claimed, actual)) return {};
  return fail(ErrorCode::kRefused, "at_hash is that of another access token");
}

Outcome check_events(const wire::Json& claims) {
  const Result<wire::Json> events = claims.object("events");
  if (!events) return fail(ErrorCode::kRefused, "a logout token without events");
  // The event's name holds dots, so it is a member and no path.
  if (events->object(kLogoutEvent)) return {};
  return fail(ErrorCode::kRefused, "a logout token for another event");
}

Result<std::string> text_or_empty(const wire::Json& claims, std::string_view member) {
  if (!claims.has(member)) return std::string();
  LK_TRY(std::string text, claims.string(member));
  if (text.size() <= kSubjectBytesMax) return text;
  return fail(ErrorCode::kMalformed, "a claim that is too long");
}

}  // namespace

Outcome check_id_token(const crypto::VerifiedToken& token, const IdTokenExpectation& expected,
                       TimePoint now) {
  LK_CHECK(check_refreshed_id_token(token, expected, now));
  return check_nonce(token.claims(), expected.nonce);
}

Outcome check_refreshed_id_token(const crypto::VerifiedToken& token,
                                 const IdTokenExpectation& expected, TimePoint now) {
  LK_CHECK(check_type(token, "id_token+jwt"));
  LK_CHECK(token.check_issuer(expected.issuer));
  LK_CHECK(check_audience(token, expected.client_id));
  LK_CHECK(token.check_times(now, kProviderSkew));
  LK_CHECK(check_issued(token, expected.begun - kProviderSkew));
  LK_CHECK(check_access_token_hash(token.claims(), expected));
  LK_CHECK(subject_of(token.claims()));
  return {};
}

Result<LogoutRequest> check_logout_token(const crypto::VerifiedToken& token,
                                         std::string_view issuer, std::string_view client_id,
                                         TimePoint now) {
  LK_CHECK(check_type(token, "logout+jwt"));
  LK_CHECK(token.check_issuer(issuer));
  LK_CHECK(check_audience(token, client_id));
  LK_CHECK(token.check_times(now, kProviderSkew));
  LK_CHECK(check_issued(token, now - kLogoutTokenAgeMax));
  const wire::Json& claims = token.claims();
  LK_CHECK(check_events(claims));
  // What tells an ID token apart when neither has a type.
  if (claims.has("nonce")) return fail(ErrorCode::kRefused, "a logout token with a nonce");
  LogoutRequest out;
  out.issuer = issuer;
  LK_TRY(out.jti, claims.string("jti"));
  LK_TRY(out.sub, text_or_empty(claims, "sub"));
  LK_TRY(out.sid, text_or_empty(claims, "sid"));
  LK_TRY(const std::int64_t issued, claims.integer("iat"));
  // `exp` may be years away, but after this the age alone refuses it.
  out.replay_end = from_unix(issued) + kLogoutTokenAgeMax + kProviderSkew;
  if (out.jti.empty() || out.jti.size() > kSubjectBytesMax) {
    return fail(ErrorCode::kMalformed, "no jti, or one that is too long");
  }
  if (out.sub.empty() && out.sid.empty()) {
    return fail(ErrorCode::kMalformed, "a logout token without sub and sid");
  }
  return out;
}

}  // namespace latchkey::provider
