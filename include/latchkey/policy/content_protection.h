// Nexus' protectContent: what repositories hold is not given for a plain password, so that nobody
// has to keep the company's password in a settings.xml.
#pragma once

#include "latchkey/config/user_token.h"
#include "latchkey/model/canonical_request.h"
#include "latchkey/model/decision.h"
#include "latchkey/model/identity.h"
#include "latchkey/store/store.h"

namespace latchkey::policy {

class ContentProtection {
 public:
  // Both outlive the object.
  ContentProtection(const config::UserToken& settings, store::Store& store)
      : settings_(settings), store_(store) {}

  // Looks at passwords only; every other proof passes without a question to the store.
  //
  // Errors: kTokenRequired: content, for a password; kStoreUnavailable.
  model::Step<void> check(const model::Identity& identity,
                          const model::CanonicalRequest& request) const;

 private:
  const config::UserToken& settings_;
  store::Store& store_;
};

}  // namespace latchkey::policy
