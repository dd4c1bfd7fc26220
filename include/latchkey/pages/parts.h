// What the pages of a signed-in person are built on. Wired up once per worker, after fork.
#pragma once

#include "latchkey/base/random.h"
#include "latchkey/config/config.h"
#include "latchkey/config/hosts.h"
#include "latchkey/identity/resolver.h"
#include "latchkey/store/store.h"

namespace latchkey::pages {

// References only; all outlive the pages.
struct Parts {
  const config::Config& config;
  const config::Hosts& hosts;
  store::Store& store;
  identity::Resolver& resolver;
  Random& random;
};

}  // namespace latchkey::pages
