// /oauth/callback: ends a sign-in at a provider. Whatever goes wrong ends on a page that explains:
// a redirect from here could be a loop.
#pragma once

#include "latchkey/pages/page.h"
#include "latchkey/pages/sign_in_parts.h"

namespace latchkey::pages {

// Route: GET, POST (response_mode=form_post).
class CallbackPage final : public Page {
 public:
  explicit CallbackPage(const SignInParts& parts) : parts_(parts) {}
  PageResult serve(const PageRequest& request) override;

 private:
  SignInParts parts_;
};

}  // namespace latchkey::pages
