#include "server_order.h"

namespace latchkey::directory {

std::vector<std::size_t> ServerOrder::at(Time now) const {
  std::vector<std::size_t> order;
  std::vector<std::size_t> avoided;
  for (std::size_t server = 0; server < avoided_until_.size(); ++server) {
    (avoided_until_[server] <= now ? order : avoided).push_back(server);
  }
  order.insert(order.end(), avoided.begin(), avoided.end());
  return order;
}

}  // namespace latchkey::directory
