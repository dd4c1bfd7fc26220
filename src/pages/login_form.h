// The page on which one chooses where to sign in, with the form for local users.
#pragma once

#include <string>

#include "browser_cookie.h"
#include "latchkey/pages/page.h"
#include "latchkey/pages/sign_in_parts.h"

namespace latchkey::pages {

// What the page shows besides the buttons and the form.
struct FormText {
  int status = 200;
  std::string error{};
  std::string user_name{};
};

// Returns the page, whose form and buttons lead back to `rd`, and ties the form to `browser`.
PageResult form_page(const SignInParts& parts, const std::string& rd, const BrowserCookie& browser,
                     const FormText& text, TimePoint now);

}  // namespace latchkey::pages
