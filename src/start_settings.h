// What a pool takes from the configuration when it starts, and can take up no second time: sockets
// are bound, and who the process is was settled, before anything was served.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "latchkey/config/config.h"

namespace latchkey {

struct StartSettings {
  std::vector<std::string> sockets;
  std::string user;
  std::string group;
  std::string socket_group;
  std::uint32_t socket_mode = 0;
};

// Input: `sockets`, those of the pool that starts.
StartSettings start_settings(const config::Pool& pool, std::vector<std::string> sockets);

// Returns the keys whose values differ, as "pool.user, pool.group"; empty where none does.
//
// Input: `sockets_key`, the key of the pool's sockets.
std::string changed_keys(const StartSettings& before, const StartSettings& now,
                         const std::string& sockets_key);

}  // namespace latchkey
