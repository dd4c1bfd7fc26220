#include "latchkey/base/refusal_beat.h"

#include <thread>

namespace latchkey {

void RefusalBeat::wait() const {
  std::this_thread::sleep_for(kRefusalBeat -
                              (std::chrono::steady_clock::now() - begin_) % kRefusalBeat);
}

}  // namespace latchkey
