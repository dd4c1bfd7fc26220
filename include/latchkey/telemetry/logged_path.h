// What a log may show of a path.
#pragma once

#include <string_view>

namespace latchkey::telemetry {

// Returns the path as a log may show it: npm's logout puts the whole credential into the address,
// and there it ends. A view into `path`.
std::string_view without_token(std::string_view path);

}  // namespace latchkey::telemetry
