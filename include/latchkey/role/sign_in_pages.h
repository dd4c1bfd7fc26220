// The providers and the pages of signing in and out, built together, for whoever wires a responder
// up.
#pragma once

#include <optional>
#include <vector>

#include "latchkey/base/random.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/config/config.h"
#include "latchkey/config/hosts.h"
#include "latchkey/crypto/seal.h"
#include "latchkey/directory/directory.h"
#include "latchkey/identity/directory_passwords.h"
#include "latchkey/identity/directory_people.h"
#include "latchkey/identity/resolver.h"
#include "latchkey/pages/backchannel_logout.h"
#include "latchkey/pages/callback.h"
#include "latchkey/pages/login.h"
#include "latchkey/pages/logout.h"
#include "latchkey/pages/page.h"
#include "latchkey/provider/local_users.h"
#include "latchkey/provider/provider_set.h"
#include "latchkey/remote/http_client.h"
#include "latchkey/store/store.h"

namespace latchkey::role {

// What the pages need from outside. References only; all outlive the pages.
struct SignInNeeds {
  const config::Config& config;
  const config::Hosts& hosts;
  store::Store& store;
  identity::Resolver& resolver;
  Random& random;
  const crypto::Sealer& sealer;
  remote::HttpClient& client;
  SlowGate& gate;
  directory::Directory* directory = nullptr;  // null: there is none
};

class SignInPages {
 public:
  explicit SignInPages(const SignInNeeds& needs);
  SignInPages(const SignInPages&) = delete;
  SignInPages& operator=(const SignInPages&) = delete;

  // Appends the routes of the pages, which live as long as this object.
  void add_routes(std::vector<pages::Route>& routes);

  const provider::ProviderSet& providers() const { return providers_; }

 private:
  const config::Paths& paths_;
  provider::ProviderSet providers_;
  std::optional<provider::LocalUsers> local_;
  identity::DirectoryPeople people_;
  std::optional<identity::DirectoryPasswords> passwords_;
  pages::SignInParts parts_;
  pages::LoginPage login_;
  pages::CallbackPage callback_;
  pages::LogoutPage logout_;
  pages::BackchannelLogoutPage backchannel_logout_;
};

}  // namespace latchkey::role
