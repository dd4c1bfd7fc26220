// /cli/credentials/revoke: whoever finds a credential where it should not be pastes it here, and it
// is dead. Nobody needs to sign in, and nobody learns whether what they sent was one.
#pragma once

#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"

namespace latchkey::pages {

// Route: `/revoke` below the configured path of the credentials.
//
//   GET   a form
//   POST  a text, or the field `token` of a form or JSON object: with anything around the secret
//
// The answer is the same whatever was sent. A network that sends too many waits (429).
class RevokePage final : public Page {
 public:
  explicit RevokePage(const Parts& parts) : parts_(parts) {}
  PageResult serve(const PageRequest& request) override;

 private:
  PageResult revoke(const PageRequest& request);

  Parts parts_;
};

}  // namespace latchkey::pages
