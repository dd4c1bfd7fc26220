// Bounds how many workers of a pool are in slow work (a password hash, a directory, an outbound
// call) at one time, so that the quick questions of everybody else always find a free worker.
#pragma once

#include <optional>
#include <utility>

namespace latchkey {

// Implemented by server/ in memory that all workers share; a place held by a worker that dies is
// given back by its supervisor.
class SlowGate {
 public:
  enum class Entry { kEntered, kFull };

  virtual ~SlowGate() = default;

  // Takes a place if one is free; never waits. One worker holds at most one place: entering twice
  // counts once.
  virtual Entry try_enter() = 0;

  // Gives the place back; does nothing when none is held.
  virtual void leave() = 0;
};

// Always has room: under CGI, where no workers are shared, and in tests.
class OpenSlowGate final : public SlowGate {
 public:
  Entry try_enter() override { return Entry::kEntered; }
  void leave() override {}
};

// A place in a gate for the length of a scope.
class SlowPass {
 public:
  // Returns the pass, or nullopt when the gate is full: answer 503 with Retry-After.
  static std::optional<SlowPass> take(SlowGate& gate) {
    if (gate.try_enter() == SlowGate::Entry::kFull) return std::nullopt;
    return SlowPass(gate);
  }

  SlowPass(SlowPass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
  SlowPass& operator=(SlowPass&&) = delete;
  ~SlowPass() {
    if (gate_ != nullptr) gate_->leave();
  }

 private:
  explicit SlowPass(SlowGate& gate) : gate_(&gate) {}
  SlowGate* gate_;
};

}  // namespace latchkey
