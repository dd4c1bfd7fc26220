// Looks at memory as it is given back: a secret must not be left there, where a dump of the process
// or the next owner of the block finds it.
#pragma once

#include <string_view>

namespace latchkey::crypto::testing {

// Keeps a copy of all blocks that are freed while it lives. One at a time, in one thread.
class FreedMemory {
 public:
  FreedMemory();
  ~FreedMemory();
  FreedMemory(const FreedMemory&) = delete;
  FreedMemory& operator=(const FreedMemory&) = delete;

  // True if eight bytes of `secret`, anywhere in it, stood in a block when that was freed.
  bool holds(std::string_view secret) const;
};

}  // namespace latchkey::crypto::testing
