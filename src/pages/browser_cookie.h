// The cookies of a browser that signs in: the one of its session, and the one that ties a sign-in
// to the browser that began it.
#pragma once

#include <optional>
#include <string>

#include "latchkey/base/clock.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/model/answer.h"
#include "latchkey/pages/page.h"
#include "latchkey/pages/sign_in_parts.h"

namespace latchkey::pages {

// Sign-ins that follow each other so quickly are a loop.
inline constexpr Seconds kRoundsWithin{60};

// The cookie that ties a sign-in to one browser. Besides the secret it counts how often a sign-in
// ended well and was begun again at once, which is what a browser does that drops our session
// cookie.
struct BrowserCookie {
  std::string secret;
  unsigned rounds = 0;
  TimePoint last_round{};
};

// Returns the login cookie of the request when it has the right form, else nullopt.
std::optional<BrowserCookie> read_browser_cookie(const SignInParts& parts,
                                                 const PageRequest& request);
void set_browser_cookie(const SignInParts& parts, const BrowserCookie& cookie,
                        model::Answer& answer);

// Counts a sign-in that ended well, in the browser's login cookie.
void count_round(const SignInParts& parts, const PageRequest& request, model::Answer& answer);

// Returns the value of the session cookie; empty when there is none or there are several.
SecretString session_cookie(const SignInParts& parts, const PageRequest& request);

void set_session_cookie(const SignInParts& parts, const SecretString& token, model::Answer& answer);

// Makes the browser forget every cookie that latchkey ever sets, under both names.
void clear_cookies(model::Answer& answer);

}  // namespace latchkey::pages
