// Regular expressions of the file.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <string>

#include "config/value.h"

namespace latchkey::config {

enum class Letters { kMatter, kIgnoreCase };

// Compiles an expression, with bounded memory.
//
// Input:   `verb`, what `value` does with the text (is, holds), for the fault.
// Returns: the expression; null after leaving a fault at `value`.
std::unique_ptr<const RE2> compile(const Value& value, const char* verb, const std::string& text,
                                   Letters letters = Letters::kMatter);

}  // namespace latchkey::config
