// The REST of Nexus' user tokens, under the paths of every version of Nexus: a ticket for user name
// and password, the pair for the ticket, and what administrators do with the pairs of others.
#pragma once

#include "latchkey/crypto/seal.h"
#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"

namespace latchkey::pages {

// Route: each of config::UserToken::paths and everything below; GET, POST, PUT, DELETE.
//
//   .../wonderland/authenticate, /local/usertoken/authenticate    POST: a ticket
//   .../current-user/user-token, .../usertoken/current            GET, POST (renew), DELETE (reset)
//   .../current-user/user-token/attributes                        GET: until when it is good
//   /rest/v1/security/user-tokens, .../usertoken/settings         GET, PUT, DELETE (reset all)
//   /rest/v1/security/user-tokens/tokens                          GET: a list
//   /rest/v1/security/users/USER/REALM/user-token                 GET, POST, DELETE
//
// The pair is given to its owner only: for a password or a pair together with a ticket, and without
// a ticket to whoever signed in by a browser and has no password. No other credential gets it.
class UserTokenPage final : public Page {
 public:
  // Both outlive the page.
  UserTokenPage(const Parts& parts, const crypto::Sealer& sealer)
      : parts_(parts), sealer_(sealer) {}
  PageResult serve(const PageRequest& request) override;

 private:
  Parts parts_;
  const crypto::Sealer& sealer_;
};

}  // namespace latchkey::pages
