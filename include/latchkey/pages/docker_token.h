// The token server of Docker's protocol: gives programs short-lived tokens for a registry, which
// the registry verifies itself, or the authorizer in front of one that knows no users.
#pragma once

#include <memory>

#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"
#include "latchkey/policy/policy.h"

namespace latchkey::pages {

// Route: GET, POST. A token is for what was asked for and may be done by the rules, which may be
// nothing; whoever proves nothing gets one only where something is for anyone. A wrong credential
// is refused, never taken for none.
//
// A refresh token is given for a credential that has a record, and is worth what that is worth
// then: it ends with it, and has no scopes of its own. For a password none is given: it would
// outlive a password that somebody changes where we do not see it.
class DockerTokenPage final : public Page {
 public:
  DockerTokenPage(const Parts& parts, policy::Policy policy);
  ~DockerTokenPage() override;
  PageResult serve(const PageRequest& request) override;

 private:
  struct Desk;
  std::unique_ptr<Desk> desk_;
};

}  // namespace latchkey::pages
