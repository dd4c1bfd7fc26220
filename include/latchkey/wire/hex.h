// Hexadecimal digits of bytes, for fingerprints in listings and logs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::wire {

// Returns two lower case digits for each byte.
std::string hex_encode(std::string_view bytes);

// Returns the bytes of an even number of digits in either case, or nullopt for anything else.
std::optional<std::string> hex_decode(std::string_view digits);

// Returns the value of one hexadecimal digit in either case, or -1.
int hex_value(char digit);

}  // namespace latchkey::wire
