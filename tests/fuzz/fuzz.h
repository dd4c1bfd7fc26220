// What every fuzz target needs: its input as a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace latchkey::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace latchkey::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
