// Percent-encoding of one byte, shared by paths, forms and redirects, which differ in what they
// allow.
#pragma once

#include <optional>
#include <string_view>

#include "latchkey/wire/hex.h"

namespace latchkey::wire {

// Returns the byte that `text` encodes when it begins with `%` and two hexadecimal digits.
inline std::optional<char> percent_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return std::nullopt;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

}  // namespace latchkey::wire
