// The strict reading of a JSON text that comes before cJSON, which would let through text after the
// value, control characters, wrong UTF-8, lone surrogates, `\u0000` (and cut the string there) and
// any depth up to 1000.
#pragma once

#include <string_view>

#include "latchkey/base/result.h"

namespace latchkey::wire {

// Checks that `text` is one JSON value within the limits of json.h. Does not look for members of
// one name, which needs the decoded names. Linear; recursion ends at kJsonDepthMax.
//
// Errors:  kMalformed, with the offset of the first fault.
Outcome scan_json(std::string_view text);

}  // namespace latchkey::wire
