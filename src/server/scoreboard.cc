#include "scoreboard.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace latchkey::server {

struct Scoreboard::Shared {
  std::array<Slot, kSlotsMax> slots;
  std::atomic<std::uint32_t> slow_limit{1};
  std::array<std::atomic<std::uint32_t>, kSlowPlacesMax> slow_holders;  // slot + 1; 0: free
};

static_assert(std::atomic<std::int64_t>::is_always_lock_free &&
                  std::atomic<std::uint32_t>::is_always_lock_free,
              "a lock in shared memory would stay taken when its holder dies");

std::int64_t monotonic_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

Result<Scoreboard> Scoreboard::create() {
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return fail(ErrorCode::kUnavailable, "no shared memory");
  return Scoreboard(std::construct_at(static_cast<Shared*>(memory)));
}

Scoreboard::Scoreboard(Scoreboard&& other) noexcept
    : shared_(std::exchange(other.shared_, nullptr)) {}

Scoreboard::~Scoreboard() {
  if (shared_ != nullptr) munmap(shared_, sizeof(Shared));
}

Slot& Scoreboard::slot(std::uint32_t index) {
  LK_ASSERT(index < kSlotsMax);
  return shared_->slots[index];
}

void Scoreboard::reset(std::uint32_t index) {
  slot(index).busy_since_ms.store(0);
  slot(index).requests.store(0);
  leave_slow(index);
}

void Scoreboard::set_slow_limit(std::uint32_t limit) {
  shared_->slow_limit.store(std::clamp(limit, 1U, kSlowPlacesMax));
}

SlowGate::Entry Scoreboard::enter_slow(std::uint32_t index) {
  const std::uint32_t name = index + 1;
  const std::uint32_t limit = shared_->slow_limit.load();
  for (const auto& holder : shared_->slow_holders) {
    if (holder.load() == name) return SlowGate::Entry::kEntered;
  }
  for (std::uint32_t i = 0; i < limit; ++i) {
    std::uint32_t free = 0;
    if (shared_->slow_holders[i].compare_exchange_strong(free, name)) {
      return SlowGate::Entry::kEntered;
    }
  }
  return SlowGate::Entry::kFull;
}

void Scoreboard::leave_slow(std::uint32_t index) {
  for (auto& holder : shared_->slow_holders) {
    std::uint32_t name = index + 1;
    holder.compare_exchange_strong(name, 0);
  }
}

}  // namespace latchkey::server
