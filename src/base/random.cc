#include "latchkey/base/random.h"

#include <sys/random.h>

#include <cerrno>

#include "latchkey/base/result.h"

namespace latchkey {

std::string Random::bytes(std::size_t count) {
  std::string out(count, '\0');
  fill(std::span(reinterpret_cast<unsigned char*>(out.data()), out.size()));
  return out;
}

void SystemRandom::fill(std::span<unsigned char> out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    LK_ASSERT(got > 0);
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

void SequenceRandom::fill(std::span<unsigned char> out) {
  // splitmix64: distinct for every call, the same in every run.
  for (unsigned char& byte : out) {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    byte = static_cast<unsigned char>(z ^ (z >> 31));
  }
}

}  // namespace latchkey
