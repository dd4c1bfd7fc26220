// The check that a text is UTF-8, for everything that comes in as JSON, form or path.
#pragma once

#include <string_view>

namespace latchkey::wire {

// True if `text` is UTF-8 without overlong forms, surrogates, or values above U+10FFFF. Linear.
// Spec: RFC 3629 section 4.
bool is_utf8(std::string_view text);

}  // namespace latchkey::wire
