// Whole numbers as texts: ports, lengths, days, times.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace latchkey::wire {

// Reads a whole number that fills `text`: no sign but `-` of a signed type, no blank, nothing
// behind it.
//
// Returns: the number, or nullopt for another form or one that Number cannot hold.
template <typename Number>
std::optional<Number> read_number(std::string_view text, int base = 10) {
  Number number{};
  const char* const end = text.data() + text.size();
  const std::from_chars_result read = std::from_chars(text.data(), end, number, base);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

}  // namespace latchkey::wire
