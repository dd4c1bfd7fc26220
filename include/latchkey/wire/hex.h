// Hexadecimal digits of bytes, for fingerprints in listings and logs.
#pragma once

#include <string>
#include <string_view>

namespace latchkey::wire {

// Returns two lower case digits for each byte.
std::string hex_encode(std::string_view bytes);

// Returns the value of one hexadecimal digit in either case, or -1.
int hex_value(char digit);

}  // namespace latchkey::wire
