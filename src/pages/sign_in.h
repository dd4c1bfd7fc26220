// What login, callback and logout share: the browser's secret, pages with a message, and the one
// way in which a session begins.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/model/account.h"
#include "latchkey/pages/page.h"
#include "latchkey/pages/sign_in_parts.h"
#include "latchkey/provider/login_state.h"
#include "latchkey/wire/form.h"

namespace latchkey::pages {

// The [[provider]] name, as it were, of the form for local users. No configured name has a colon.
inline constexpr std::string_view kLocalForm = ":local";
inline constexpr std::string_view kIdTokenPurpose = "id-token";
inline constexpr Seconds kRetryAfter{5};

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

// Returns the value of the session cookie; empty when there is none or there are several.
SecretString session_cookie(const SignInParts& parts, const PageRequest& request);

// Makes the browser forget every cookie that latchkey ever sets, under both names.
void clear_cookies(model::Answer& answer);

// Returns where to go after sign-in or sign-out: `rd` if it is a page of this site, else `/`.
std::string return_path(const SignInParts& parts, std::string_view rd);

// Returns the path of the login page that leads back to `rd`.
std::string login_href(const SignInParts& parts, std::string_view rd);

// A page with one thing to say.
struct Message {
  int status = 400;
  std::string title;
  std::string text;
  std::string advice;
  std::string reason;  // one word, shown and logged
  std::string link_href;
  std::string link_text;
};
PageResult message_page(const SignInParts& parts, const Message& message, std::string detail);

// The page for what cannot be told now: 503 with Retry-After.
PageResult unavailable_page(const SignInParts& parts, std::string detail);

// The page for a request that is no request of ours: a repeated parameter, a body of another type.
PageResult malformed_page(const SignInParts& parts, std::string detail);

// Sends the browser to `location`, an absolute URL of printable ASCII.
PageResult redirect_to(int status, std::string_view location, std::string reason);

// Reads the posted form.
// Errors:  kMalformed: another content type, or no such form.
Result<wire::Form> posted_form(const PageRequest& request);

// Somebody who has proven who they are.
struct Arrival {
  model::Account account;
  std::string provider;
  std::string sid;
  SecretString id_token;
  const provider::LoginState& state;
};

// Begins the session: a new random id each time, the browser's old session ended, the login state
// used up in the same transaction, and the way back judged again.
//
// Input:   `redirect_status`, 302 after a GET, 303 after a POST.
PageResult begin_session(const SignInParts& parts, const PageRequest& request, Arrival arrival,
                         int redirect_status);

// Explains why the store has no account for somebody who proved who they are.
PageResult account_refused_page(const SignInParts& parts, const Error& error,
                                const std::string& user_name);

}  // namespace latchkey::pages
