#include "latchkey/base/clock.h"

namespace latchkey {

TimePoint SystemClock::now() const {
  return std::chrono::floor<Seconds>(std::chrono::system_clock::now());
}

}  // namespace latchkey
