// Cookies, both ways: one name out of the Cookie field of a request, and Set-Cookie values of ours.
// Pure functions; what a value means is for credential/ and pages/.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/wire/field_value.h"

namespace latchkey::wire {

inline constexpr std::size_t kCookieHeaderBytesMax = std::size_t{32} * 1024;
inline constexpr std::size_t kCookieBytesMax = 4096;  // name and value, RFC 6265bis 5.7
inline constexpr Seconds kCookieLifeMax = std::chrono::days(400);  // browsers cut longer ones

// Finds the value of the cookie `name` in one Cookie field.
//
// Input:   `field`, the raw value, any bytes; pairs are separated by `;`, then blanks. Never by
//          `,`, though some servers join two Cookie fields so: browsers send one field, and a comma
//          in the value of a foreign cookie (`x=1,__Host-latchkey=...`, set by a sibling domain)
//          would make a cookie that no such site may set. `name`, a token, compared byte by byte.
// Returns: a view into `field` (quotes kept, blanks around it not), or nullopt if no pair has the
//          name. A name without `=` is no pair.
// Errors:  kMalformed: `field` is over kCookieHeaderBytesMax, or the value has a byte that is not
//          visible ASCII. kConflict: two pairs carry `name`, so one of them was planted.
// Spec:    RFC 6265 section 4.2.1.
Result<std::optional<std::string_view>> find_cookie(std::string_view field, std::string_view name);

enum class Secure { kNo, kYes };

struct CookieAttributes {
  std::string name;                // a token; `__Host-` only together with Secure::kYes
  std::string value;               // cookie-octets: visible ASCII without `"`, `,`, `;`, `\`
  Secure secure = Secure::kYes;
  std::optional<Seconds> max_age;  // absent: until the browser closes; cut at kCookieLifeMax
};

// Returns the Set-Cookie value of `cookie`, always with Path=/, HttpOnly and SameSite=Lax, never
// with Domain. Name and value are made by us, so a byte that does not belong there breaks an
// invariant.
FieldValue set_cookie(const CookieAttributes& cookie);

// Returns the Set-Cookie value that makes a browser forget `name`.
FieldValue expire_cookie(std::string_view name, Secure secure);

}  // namespace latchkey::wire
