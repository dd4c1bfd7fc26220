// How large a pool may be: one limit for the configuration, the command line and the supervisor.
#pragma once

#include <cstdint>

namespace latchkey::config {

// What is more is refused. While a reload overlaps, twice as many run.
inline constexpr std::uint32_t kWorkersMax = 480;

}  // namespace latchkey::config
