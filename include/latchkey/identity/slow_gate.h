// Keeps slow proofs (a password hash takes as long as ten thousand decisions) from taking all workers.
#pragma once

#include <utility>

namespace latchkey::identity {

// Counts the workers that are in a slow proof; shared by all workers of a pool.
class SlowGate {
 public:
  virtual ~SlowGate() = default;

  // Returns: true if this worker may begin a slow proof now; then leave() must follow.
  virtual bool enter() = 0;
  virtual void leave() = 0;
};

// A place behind the gate, given back when the object ends.
class SlowPass {
 public:
  explicit SlowPass(SlowGate& gate) : gate_(gate), admitted_(gate.enter()) {}
  ~SlowPass() {
    if (admitted_) gate_.leave();
  }
  SlowPass(const SlowPass&) = delete;
  SlowPass& operator=(const SlowPass&) = delete;
  bool admitted() const { return admitted_; }

 private:
  SlowGate& gate_;
  const bool admitted_;
};

}  // namespace latchkey::identity
