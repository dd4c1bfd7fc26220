// What workers tell their supervisor, in memory that all of them share.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "latchkey/base/result.h"
#include "latchkey/base/slow_gate.h"

namespace latchkey::server {

// Written by one worker, read by the supervisor; a line of the processor's cache for each, so that
// workers do not slow each other.
struct alignas(64) Slot {
  std::atomic<std::int64_t> busy_since_ms{0};  // of the monotonic clock; 0: idle
  std::atomic<std::uint64_t> requests{0};
};

// Milliseconds of the monotonic clock, the same in every process.
std::int64_t monotonic_ms();

class Scoreboard {
 public:
  static constexpr std::uint32_t kSlotsMax = 1024;
  static constexpr std::uint32_t kSlowPlacesMax = 512;

  // Maps the shared memory. Call before fork().
  // Errors: kUnavailable: the kernel gave none.
  static Result<Scoreboard> create();

  Scoreboard(Scoreboard&& other) noexcept;
  Scoreboard& operator=(Scoreboard&&) = delete;
  ~Scoreboard();

  Slot& slot(std::uint32_t index);

  // Makes a slot as new for the next worker, and gives back what its last one held.
  void reset(std::uint32_t index);

  // Bounds how many workers hold a slow place at once, from now on.
  void set_slow_limit(std::uint32_t limit);

  // Takes or gives back the slow place of `index`. Safe if the worker dies at any instruction: a
  // place names its holder, and reset() looks for that name.
  SlowGate::Entry enter_slow(std::uint32_t index);
  void leave_slow(std::uint32_t index);

 private:
  struct Shared;
  explicit Scoreboard(Shared* shared) : shared_(shared) {}
  Shared* shared_;
};

// One worker's door to the slow places.
class SharedSlowGate final : public SlowGate {
 public:
  SharedSlowGate(Scoreboard& scoreboard, std::uint32_t index)
      : scoreboard_(scoreboard), index_(index) {}
  Entry try_enter() override { return scoreboard_.enter_slow(index_); }
  void leave() override { scoreboard_.leave_slow(index_); }

 private:
  Scoreboard& scoreboard_;
  std::uint32_t index_;
};

}  // namespace latchkey::server
