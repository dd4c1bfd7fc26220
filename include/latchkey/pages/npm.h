// What npm asks of a registry about people: its web login, who it is signed in as, its logout. The
// registry behind us does not know them, so these are answered here. Facts were seen with npm 11.
#pragma once

#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"

namespace latchkey::pages {

// Route: REGISTRY/-, with everything below.
//
//   POST   /v1/login                       begins a login in the browser, unless it is switched off
//   GET    /whoami                         {"username"}
//   PUT    /user/org.couchdb.user:NAME     the old login: takes one of our credentials as password
//   DELETE /user/token/TOKEN               revokes the credential
class NpmPage final : public Page {
 public:
  explicit NpmPage(const Parts& parts) : parts_(parts) {}
  PageResult serve(const PageRequest& request) override;

 private:
  Parts parts_;
};

// Route: /npm below the page of logins, GET: where npm waits for a yes and gets its token.
class NpmDonePage final : public Page {
 public:
  explicit NpmDonePage(const Parts& parts) : parts_(parts) {}
  PageResult serve(const PageRequest& request) override;

 private:
  Parts parts_;
};

}  // namespace latchkey::pages
