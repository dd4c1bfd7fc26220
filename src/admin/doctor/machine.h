// What `latchkey doctor` looks at on this machine: permissions, sockets, ports.
#pragma once

#include <string>
#include <vector>

#include "report.h"
#include "latchkey/config/config.h"

namespace latchkey::admin::doctor {

inline constexpr const char* kThisMachine = "this machine";

// Looks at owners and modes of the store, the keys, the secrets, the configuration, and of what
// they stand in. `sockets`: all sockets of both pools, as [pool] writes them. Changes nothing.
void look_at_files(const config::Config& config, const std::vector<std::string>& sockets,
                   Report& report);

// Tries to reach the TCP ports among `sockets` at the machine's own addresses that are not
// loopback, and at `outside`.
void look_at_ports(const std::vector<std::string>& sockets,
                   const std::vector<std::string>& outside, Report& report);

}  // namespace latchkey::admin::doctor
