// The pages and endpoints by which programs get credentials: RFC 8628 and npm's own login.
#pragma once

#include <vector>

#include "latchkey/pages/device.h"
#include "latchkey/pages/npm.h"
#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"

namespace latchkey::role {

class DevicePages {
 public:
  explicit DevicePages(const pages::Parts& parts);

  // Adds the routes that [device] and [paths] of the configuration ask for; this outlives them.
  void add_routes(std::vector<pages::Route>& routes);

 private:
  const config::Config& config_;
  pages::DevicePage person_;
  pages::DeviceAuthorizePage authorize_;
  pages::DeviceTokenPage token_;
  pages::NpmPage npm_;
  pages::NpmDonePage npm_done_;
};

}  // namespace latchkey::role
