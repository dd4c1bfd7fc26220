// When a worker that died is replaced.
#pragma once

#include <chrono>
#include <cstdint>

namespace latchkey::server {

// A worker that died is replaced at once. If workers keep dying within kQuickDeath of their start,
// each further replacement waits twice as long, so that a pool that cannot start does not eat the
// machine.
class Backoff {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kQuickDeath{1'000};
  static constexpr std::chrono::milliseconds kFirstDelay{100};
  static constexpr std::chrono::milliseconds kDelayMax{10'000};

  // Returns how long the replacement waits.
  std::chrono::milliseconds died(TimePoint started, TimePoint now);

  // The earliest time of the next start.
  TimePoint not_before() const { return not_before_; }

  // Forgets earlier deaths, for example after a reload.
  void reset() { *this = Backoff(); }

 private:
  std::uint32_t quick_deaths_ = 0;  // in a row
  TimePoint not_before_{};
};

}  // namespace latchkey::server
