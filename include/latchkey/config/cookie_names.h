// What our cookies are called: the one definition of what is set, read, and taken away again.
#pragma once

#include <string_view>

#include "latchkey/config/config.h"
#include "latchkey/wire/cookie.h"

namespace latchkey::config {

struct CookieNames {
  std::string_view session;
  std::string_view login;  // ties a sign-in to the browser that began it
  wire::Secure secure;
};

inline constexpr CookieNames kHttpsCookies{"__Host-latchkey", "__Host-latchkey-login",
                                           wire::Secure::kYes};
inline constexpr CookieNames kHttpCookies{"latchkey", "latchkey-login", wire::Secure::kNo};

// Returns the names of this site. They follow from `site.url` alone, never from the request, and
// the other ones are never read: else a plain-HTTP request could plant what an HTTPS one believes.
inline const CookieNames& cookie_names(const Site& site) {
  return site.https ? kHttpsCookies : kHttpCookies;
}

}  // namespace latchkey::config
