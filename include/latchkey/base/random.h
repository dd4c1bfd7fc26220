// The one source of chance for ids, secrets, nonces and keys' names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace latchkey {

class Random {
 public:
  virtual ~Random() = default;

  // Fills `out` with unpredictable bytes. Never returns with less: a generator that fails ends the
  // worker, because a guessable secret is worse than a refusal.
  virtual void fill(std::span<unsigned char> out) = 0;

  // Returns `count` random bytes as a string of raw bytes.
  std::string bytes(std::size_t count);
};

// getrandom(2).
class SystemRandom final : public Random {
 public:
  void fill(std::span<unsigned char> out) override;
};

// A repeatable sequence. For tests.
class SequenceRandom final : public Random {
 public:
  explicit SequenceRandom(std::uint64_t seed = 1) : state_(seed) {}
  void fill(std::span<unsigned char> out) override;

 private:
  std::uint64_t state_;
};

}  // namespace latchkey
