#include "backoff.h"

#include <algorithm>

namespace latchkey::server {

std::chrono::milliseconds Backoff::died(TimePoint started, TimePoint now) {
  quick_deaths_ = now - started < kQuickDeath ? quick_deaths_ + 1 : 0;
  std::chrono::milliseconds delay{0};
  if (quick_deaths_ > 1) {
    const std::uint32_t doublings = std::min(quick_deaths_ - 2, 10U);
    delay = std::min(kFirstDelay * (1U << doublings), kDelayMax);
  }
  not_before_ = std::max(not_before_, now + delay);
  return delay;
}

}  // namespace latchkey::server
