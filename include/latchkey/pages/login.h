// /oauth/login: begins a sign-in. Sends the browser to the only provider, or shows a page to choose
// from, or the form for local users, and checks what that form posts.
#pragma once

#include "latchkey/pages/page.h"
#include "latchkey/pages/sign_in_parts.h"

namespace latchkey::pages {

// Route: GET, POST.
class LoginPage final : public Page {
 public:
  explicit LoginPage(const SignInParts& parts) : parts_(parts) {}
  PageResult serve(const PageRequest& request) override;

 private:
  SignInParts parts_;
};

}  // namespace latchkey::pages
