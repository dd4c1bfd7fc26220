// What the pages of signing in and out are built on. Wired up once per worker, after fork.
#pragma once

#include "latchkey/base/random.h"
#include "latchkey/config/config.h"
#include "latchkey/config/hosts.h"
#include "latchkey/crypto/seal.h"
#include "latchkey/identity/directory_passwords.h"
#include "latchkey/identity/directory_people.h"
#include "latchkey/identity/resolver.h"
#include "latchkey/provider/local_users.h"
#include "latchkey/provider/provider_set.h"
#include "latchkey/store/store.h"

namespace latchkey::pages {

// References only; all outlive the pages.
struct SignInParts {
  const config::Config& config;
  const config::Hosts& hosts;
  store::Store& store;
  identity::Resolver& resolver;
  Random& random;
  const crypto::Sealer& sealer;
  const provider::ProviderSet& providers;
  identity::DirectoryPeople& people;
  provider::LocalUsers* local = nullptr;  // null: there is no users file
  identity::DirectoryPasswords* directory = nullptr;  // null: it takes no passwords

  // True if there is a form for name and password.
  bool has_form() const { return local != nullptr || directory != nullptr; }
};

}  // namespace latchkey::pages
