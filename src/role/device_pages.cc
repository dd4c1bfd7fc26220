#include "latchkey/role/device_pages.h"

#include <string>

namespace latchkey::role {

DevicePages::DevicePages(const pages::Parts& parts)
    : config_(parts.config),
      person_(parts),
      authorize_(parts),
      token_(parts),
      npm_(parts),
      npm_done_(parts) {}

void DevicePages::add_routes(std::vector<pages::Route>& routes) {
  using pages::Below;
  for (const std::string& registry : config_.device.npm_registries) {
    const std::string path = registry == "/" ? "/-" : registry + "/-";
    routes.push_back({path, Below::kYes, {"GET", "POST", "PUT", "DELETE"}, &npm_});
  }
  if (!config_.device.enabled) return;
  const std::string& page = config_.paths.device;
  routes.push_back({page, Below::kNo, {"GET", "POST"}, &person_});
  routes.push_back({page + "/authorize", Below::kNo, {"POST"}, &authorize_});
  routes.push_back({page + "/token", Below::kNo, {"POST"}, &token_});
  routes.push_back({page + "/npm", Below::kNo, {"GET"}, &npm_done_});
}

}  // namespace latchkey::role
