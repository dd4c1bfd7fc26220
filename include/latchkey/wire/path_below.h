// What of a path lies below a place.
#pragma once

#include <optional>
#include <string_view>

namespace latchkey::wire {

// Returns: what of a canonical path that matches `pattern` (as path_matches of target.h says)
//          follows the part that does: empty, or beginning with `/`; nullopt where it does not. A
//          view into `path`.
std::optional<std::string_view> path_below(std::string_view path, std::string_view pattern);

}  // namespace latchkey::wire
