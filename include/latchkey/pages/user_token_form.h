// The user token of Nexus for people: a page that shows, renews and ends the pair of whoever is
// signed in. Nobody is asked for a password, which people of single sign-on do not have.
#pragma once

#include "latchkey/crypto/seal.h"
#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"

namespace latchkey::pages {

// What follows the path of the credentials page.
inline constexpr const char* kUserTokenBelow = "/user-token";

// Route: GET, POST. A GET shows no secret, so that going back or reloading shows none either; the
// form's `do` is show, renew or reset.
class UserTokenFormPage final : public Page {
 public:
  // Both outlive the page.
  UserTokenFormPage(const Parts& parts, const crypto::Sealer& sealer)
      : parts_(parts), sealer_(sealer) {}
  PageResult serve(const PageRequest& request) override;

 private:
  Parts parts_;
  const crypto::Sealer& sealer_;
};

}  // namespace latchkey::pages
