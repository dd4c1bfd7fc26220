#include "freed_memory.h"

#include <malloc.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

std::array<char, 1024 * 1024> kept;
std::size_t kept_size = 0;
thread_local bool watching = false;

void keep(void* block) {
  if (!watching || block == nullptr) return;
  const std::size_t size = malloc_usable_size(block);
  // A test that frees more than this must not pass for that.
  if (size > kept.size() - kept_size) std::abort();
  std::memcpy(kept.data() + kept_size, block, size);
  kept_size += size;
}

}  // namespace

// These take the place of the library's for the whole test program.
void* operator new(std::size_t size) {
  void* const block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) std::abort();
  return block;
}

void operator delete(void* block) noexcept {
  keep(block);
  std::free(block);
}

void operator delete(void* block, std::size_t /*size*/) noexcept {
  keep(block);
  std::free(block);
}

namespace latchkey::crypto::testing {

FreedMemory::FreedMemory() {
  kept_size = 0;
  watching = true;
}

FreedMemory::~FreedMemory() { watching = false; }

bool FreedMemory::holds(std::string_view secret) const {
  constexpr std::size_t kPart = 8;
  const std::string_view all(kept.data(), kept_size);
  for (std::size_t at = 0; at + kPart <= secret.size(); ++at) {
    if (all.find(secret.substr(at, kPart)) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace latchkey::crypto::testing
