// What login, callback and logout share: the ways a browser is sent on, and the one in which a
// session begins.
#pragma once

#include <string>
#include <string_view>

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

// Returns where to go after sign-in or sign-out: `rd` if it is a page of this site, else `/`.
std::string return_path(const SignInParts& parts, std::string_view rd);

// Returns the path of the login page that leads back to `rd`.
std::string login_href(const SignInParts& parts, std::string_view rd);

// Returns the beginning of what a stranger wrote as it may be shown and stored: without the bytes
// that are not printable ASCII.
std::string without_unprintable(std::string_view text, std::size_t chars_max);

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
PageResult begin_session(const SignInParts& parts, const PageRequest& request,
                         const Arrival& arrival, int redirect_status);

}  // namespace latchkey::pages
