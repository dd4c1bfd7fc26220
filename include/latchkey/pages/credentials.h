// /cli/credentials: user names and passwords for programs. A program that shows a session's cookie
// gets one at once; a person gets a page to make, see and revoke them. The secret is in the body of
// the one answer that made it, and nowhere else.
#pragma once

#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"

namespace latchkey::pages {

// Route: the configured path and everything below it; GET, POST, DELETE.
//
//   GET              issues, or shows the page when HTML is wanted first (then it issues nothing)
//   POST             issues what a form or a JSON object asks for
//   GET    /ID       tells about one credential
//   DELETE /ID       revokes it
//   POST   /ID/revoke  the same for forms
//   POST   /ID/rotate  issues what replaces it, and lets it end soon
//   GET    /list     tells about all
//   POST   /revoke-all
//
// All of them want a live session; a signed credential cannot make another one.
class CredentialsPage final : public Page {
 public:
  explicit CredentialsPage(const Parts& parts) : parts_(parts) {}
  PageResult serve(const PageRequest& request) override;

 private:
  Parts parts_;
};

}  // namespace latchkey::pages
