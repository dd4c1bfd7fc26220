#include "start_settings.h"

#include <utility>

#include "latchkey/base/joined.h"

namespace latchkey {

StartSettings start_settings(const config::Pool& pool, std::vector<std::string> sockets) {
  return {.sockets = std::move(sockets),
          .user = pool.user,
          .group = pool.group,
          .socket_group = pool.socket_group,
          .socket_mode = pool.socket_mode};
}

std::string changed_keys(const StartSettings& before, const StartSettings& now,
                         const std::string& sockets_key) {
  std::vector<std::string> keys;
  const auto compare = [&](const auto& old_value, const auto& new_value, const std::string& key) {
    if (old_value != new_value) keys.push_back(key);
  };
  compare(before.sockets, now.sockets, sockets_key);
  compare(before.user, now.user, "pool.user");
  compare(before.group, now.group, "pool.group");
  compare(before.socket_group, now.socket_group, "pool.socket_group");
  compare(before.socket_mode, now.socket_mode, "pool.socket_mode");
  return joined(keys, ", ");
}

}  // namespace latchkey
