// The "did you mean" of a fault about a name nobody knows.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace latchkey::config {

// Returns the one of `known` that `name` most probably was meant to be, or an empty view when none
// is near. The view is one of `known`.
std::string_view nearest(std::string_view name, std::span<const std::string_view> known);

// Returns the texts as `a, b or c`, for sentences about what would be right.
std::string listed(std::span<const std::string_view> texts);

}  // namespace latchkey::config
