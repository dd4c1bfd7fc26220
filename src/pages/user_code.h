// The code that a person compares: on the screen of the program that asks, and on our page.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/random.h"

namespace latchkey::pages {

// Returns eight of twenty consonants, as in BCDFGHJK: 34 bits, no word, and no letter that looks
// like another or like a digit. Spec: RFC 8628 section 6.1.
std::string make_user_code(Random& random);

// Returns the code in two halves, BCDF-GHJK, as people read it.
std::string shown_user_code(std::string_view code);

// Returns the code that somebody typed, in whatever case and with whatever dashes and blanks;
// nullopt if it can be none.
std::optional<std::string> read_user_code(std::string_view typed);

}  // namespace latchkey::pages
