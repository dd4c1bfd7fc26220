// In which order servers are tried: as configured, but those that have just failed come last, so
// that not everybody waits for the same dead one.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace latchkey::directory {

inline constexpr std::chrono::seconds kFailureRemembered{30};

class ServerOrder {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit ServerOrder(std::size_t servers) : avoided_until_(servers) {}

  // Returns the numbers of all servers.
  std::vector<std::size_t> at(Time now) const;

  void failed(std::size_t server, Time now) { avoided_until_[server] = now + kFailureRemembered; }
  void answered(std::size_t server) { avoided_until_[server] = Time(); }

 private:
  std::vector<Time> avoided_until_;
};

}  // namespace latchkey::directory
