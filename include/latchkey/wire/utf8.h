// The check that a text is UTF-8, for everything that comes in as JSON, form or path.
#pragma once

#include <cstddef>
#include <string_view>

namespace latchkey::wire {

// Returns how many bytes the first character of `text` has, or 0 if `text` is empty or does not
// begin with one. The rules are those of is_utf8.
std::size_t utf8_length(std::string_view text);

// True if `text` is UTF-8 without overlong forms, surrogates, or values above U+10FFFF. Linear.
// Spec: RFC 3629 section 4.
bool is_utf8(std::string_view text);

}  // namespace latchkey::wire
