#include <algorithm>

#include "latchkey/crypto/jwt.h"

namespace latchkey::crypto {
namespace {

std::unexpected<Error> malformed(const char* claim) {
  return fail(ErrorCode::kMalformed, std::string("the claim ") + claim + " has a wrong value");
}

// A time before which the token is not good, if it names one.
Outcome check_reached(const wire::Json& claims, const char* claim, TimePoint now, Seconds skew) {
  if (!claims.has(claim)) return {};
  const Result<std::int64_t> value = claims.integer(claim);
  if (!value.has_value()) return malformed(claim);
  if (from_unix(*value) > now + skew) {
    return fail(ErrorCode::kRefused, std::string("the time of ") + claim + " is still to come");
  }
  return {};
}

}  // namespace

Result<TimePoint> VerifiedToken::expires() const {
  if (!claims_.has("exp")) return fail(ErrorCode::kRefused, "the token has no exp");
  const Result<std::int64_t> value = claims_.integer("exp");
  if (!value.has_value()) return malformed("exp");
  return from_unix(*value);
}

Outcome VerifiedToken::check_times(TimePoint now, Seconds skew) const {
  LK_TRY(const TimePoint end, expires());
  // RFC 7519: good only before `exp`, not at it.
  if (now >= end + skew) return fail(ErrorCode::kExpired, "the token is expired");
  LK_CHECK(check_reached(claims_, "nbf", now, skew));
  return check_reached(claims_, "iat", now, skew);
}

Outcome VerifiedToken::check_audience(std::span<const std::string> accepted) const {
  if (!claims_.has("aud")) return fail(ErrorCode::kRefused, "the token names no audience");
  const Result<std::vector<std::string>> audience = claims_.strings("aud");
  if (!audience.has_value()) return malformed("aud");
  for (const std::string& name : *audience) {
    if (!name.empty() && std::ranges::find(accepted, name) != accepted.end()) return {};
  }
  return fail(ErrorCode::kRefused, "the token is for another audience");
}

Outcome VerifiedToken::check_issuer(std::string_view issuer) const {
  if (!claims_.has("iss")) return fail(ErrorCode::kRefused, "the token names no issuer");
  const Result<std::string> value = claims_.string("iss");
  if (!value.has_value()) return malformed("iss");
  if (*value != issuer) return fail(ErrorCode::kRefused, "the token is of another issuer");
  return {};
}

}  // namespace latchkey::crypto
