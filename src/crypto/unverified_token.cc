#include <algorithm>
#include <array>

#include "latchkey/crypto/jwt.h"
#include "latchkey/wire/base64.h"
#include "public_key.h"

namespace latchkey::crypto {
namespace {

// Each of them asks us to fetch, to trust, to inflate or to understand something. We do none of it.
constexpr std::array<const char*, 7> kRefusedHeaders{"crit", "zip", "b64", "jku",
                                                     "jwk",  "x5u", "x5c"};

std::unexpected<Error> malformed(const char* what) {
  return fail(ErrorCode::kMalformed, std::string("the token ") + what);
}

// The member, or an empty text when the header does not have it.
Result<std::string> optional_string(const wire::Json& header, std::string_view member) {
  if (!header.has(member)) return std::string();
  return header.string(member);
}

Result<TokenHeader> parse_header(std::string_view text) {
  LK_TRY(const std::string decoded, wire::base64url_decode(text));
  LK_TRY(const wire::Json header, wire::Json::parse(decoded, kTokenBytesMax));
  if (!header.is_object()) return malformed("has a header that is no object");
  for (const char* const name : kRefusedHeaders) {
    if (header.has(name)) {
      return fail(ErrorCode::kRefused, std::string("the token's header has ") + name);
    }
  }
  if (!header.has("alg")) return malformed("names no algorithm");
  TokenHeader parsed;
  parsed.text = text;
  LK_TRY(parsed.algorithm, header.string("alg"));
  LK_TRY(parsed.type, optional_string(header, "typ"));
  LK_TRY(std::string key_id, optional_string(header, "kid"));
  if (header.has("kid") && !is_key_id(key_id)) return malformed("has a kid outside the grammar");
  parsed.key_id = KeyId(std::move(key_id));
  return parsed;
}

}  // namespace

Result<KeyId> read_key_id(std::string_view header) {
  LK_TRY(TokenHeader parsed, parse_header(header));
  return std::move(parsed.key_id);
}

Result<UnverifiedToken> UnverifiedToken::parse(std::string_view text, std::size_t bytes_max,
                                               TokenHeader* last) {
  if (text.size() > bytes_max) return malformed("is too long");
  const std::size_t first = text.find('.');
  if (first == std::string_view::npos) return malformed("has no dot");
  const std::size_t second = text.find('.', first + 1);
  if (second == std::string_view::npos) return malformed("has one dot");
  if (text.find('.', second + 1) != std::string_view::npos) return malformed("has too many dots");
  if (first == 0 || second == first + 1 || second + 1 == text.size()) {
    return malformed("has an empty part");
  }

  UnverifiedToken token;
  const std::string_view header = text.substr(0, first);
  if (last != nullptr && last->text == header) {
    token.header_ = *last;
  } else {
    LK_TRY(token.header_, parse_header(header));
    if (last != nullptr) *last = token.header_;
  }
  LK_TRY(token.payload_, wire::base64url_decode(text.substr(first + 1, second - first - 1)));
  LK_TRY(token.signature_, wire::base64url_decode(text.substr(second + 1)));
  token.text_ = text;
  token.signed_bytes_ = second;
  return token;
}

}  // namespace latchkey::crypto
