#include "latchkey/wire/cookie.h"

#include <algorithm>

#include "latchkey/wire/chars.h"

namespace latchkey::wire {
namespace {

// Spec: RFC 6265 section 4.1.1, cookie-octet.
bool is_cookie_octet(char c) {
  return is_visible(c) && c != '"' && c != ',' && c != ';' && c != '\\';
}

FieldValue with_attributes(std::string text, Secure secure) {
  text += "; Path=/; HttpOnly; SameSite=Lax";
  if (secure == Secure::kYes) text += "; Secure";
  return FieldValue::of_ours(text);
}

// A browser drops a __Host- cookie without Secure without a word, and nobody could sign in.
void assert_name(std::string_view name, Secure secure) {
  LK_ASSERT(is_token(name));
  LK_ASSERT(secure == Secure::kYes || !to_lower(name).starts_with("__host-"));
}

}  // namespace

Result<std::optional<std::string_view>> find_cookie(std::string_view field, std::string_view name) {
  if (field.size() > kCookieHeaderBytesMax) {
    return fail(ErrorCode::kMalformed, "the Cookie field is too large");
  }
  std::optional<std::string_view> found;
  while (!field.empty()) {
    // A comma is no separator: browsers send it inside a value, which a sibling domain may have
    // set.
    const std::size_t end = std::min(field.find(';'), field.size());
    const std::string_view pair = trim_blanks(field.substr(0, end));
    field.remove_prefix(std::min(end + 1, field.size()));
    // The byte after the name must be the `=`: with blanks before it, it is another name.
    if (!pair.starts_with(name) || pair.size() == name.size() || pair[name.size()] != '=') continue;
    if (found.has_value()) return fail(ErrorCode::kConflict, "two cookies of one name");
    found = trim_blanks(pair.substr(name.size() + 1));
  }
  if (found.has_value() && !std::ranges::all_of(*found, is_visible)) {
    return fail(ErrorCode::kMalformed, "the cookie's value has a byte that is not visible ASCII");
  }
  return found;
}

FieldValue set_cookie(const CookieAttributes& cookie) {
  assert_name(cookie.name, cookie.secure);
  LK_ASSERT(std::ranges::all_of(cookie.value, is_cookie_octet));
  LK_ASSERT(cookie.name.size() + cookie.value.size() <= kCookieBytesMax);
  std::string text = cookie.name + "=" + cookie.value;
  if (cookie.max_age.has_value()) {
    const Seconds life = std::clamp(*cookie.max_age, Seconds(0), kCookieLifeMax);
    text += "; Max-Age=" + std::to_string(life.count());
  }
  return with_attributes(std::move(text), cookie.secure);
}

FieldValue expire_cookie(std::string_view name, Secure secure) {
  assert_name(name, secure);
  // Expires as well, for clients that know no Max-Age.
  return with_attributes(
      std::string(name) + "=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT", secure);
}

}  // namespace latchkey::wire
