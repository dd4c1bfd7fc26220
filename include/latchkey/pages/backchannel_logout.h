// /oauth/backchannel-logout: a provider tells us that somebody signed out there. Ends sessions,
// never credentials: a nightly logout must not break a build.
#pragma once

#include "latchkey/pages/page.h"
#include "latchkey/pages/sign_in_parts.h"

namespace latchkey::pages {

// Route: POST.
class BackchannelLogoutPage final : public Page {
 public:
  explicit BackchannelLogoutPage(const SignInParts& parts) : parts_(parts) {}
  PageResult serve(const PageRequest& request) override;

 private:
  SignInParts parts_;
};

}  // namespace latchkey::pages
