// /oauth/logout: asks, ends the session, then leads to the provider's own logout where there is
// one.
#pragma once

#include "latchkey/pages/page.h"
#include "latchkey/pages/sign_in_parts.h"

namespace latchkey::pages {

// Route: GET, POST.
class LogoutPage final : public Page {
 public:
  explicit LogoutPage(const SignInParts& parts) : parts_(parts) {}
  PageResult serve(const PageRequest& request) override;

 private:
  SignInParts parts_;
};

}  // namespace latchkey::pages
