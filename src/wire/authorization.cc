#include "latchkey/wire/authorization.h"

#include <algorithm>

#include "latchkey/wire/base64.h"
#include "latchkey/wire/chars.h"

namespace latchkey::wire {
namespace {

// Spec: RFC 6750 section 2.1, b64token.
constexpr CharTable kBearerChars = table_of(
    "-._~+/0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

bool is_bearer_token(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  return !text.empty() && all_in(kBearerChars, text);
}

Result<Authorization> basic_from(std::string_view encoded) {
  if (encoded.empty()) return fail(ErrorCode::kMalformed, "Basic without credentials");
  Result<std::string> decoded = base64_decode(encoded);
  if (!decoded.has_value()) return std::unexpected(std::move(decoded).error());
  // Moved from where it was made: LK_TRY would leave an unwiped copy of a short password behind.
  const SecretString text(std::move(*decoded));
  const std::string_view both = text.reveal();
  if (std::ranges::any_of(both, is_control)) {
    return fail(ErrorCode::kMalformed, "Basic with a control character");
  }
  const std::size_t colon = both.find(':');
  if (colon == std::string_view::npos) return Basic{"", SecretString(both)};
  return Basic{std::string(both.substr(0, colon)), SecretString(both.substr(colon + 1))};
}

}  // namespace

Result<Authorization> parse_authorization(std::string_view field) {
  if (field.size() > kAuthorizationBytesMax) {
    return fail(ErrorCode::kMalformed, "the Authorization field is too large");
  }
  std::string_view rest = field;
  const std::string_view scheme = cut_at(rest, " ");
  if (!is_token(scheme)) return fail(ErrorCode::kMalformed, "Authorization without a scheme");
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  if (equal_ignoring_case(scheme, "basic")) return basic_from(rest);
  if (!equal_ignoring_case(scheme, "bearer")) return OtherScheme{to_lower(scheme)};
  if (!is_bearer_token(rest)) {
    return fail(ErrorCode::kMalformed, "Bearer without exactly one token");
  }
  return Bearer{SecretString(rest)};
}

}  // namespace latchkey::wire
