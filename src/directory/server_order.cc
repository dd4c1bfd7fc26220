#include "server_order.h"

#include <algorithm>
#include <numeric>

namespace latchkey::directory {

std::vector<std::size_t> ServerOrder::at(Time now) const {
  std::vector<std::size_t> order(avoided_until_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_partition(
      order, [&](std::size_t server) { return avoided_until_[server] <= now; });
  return order;
}

}  // namespace latchkey::directory
