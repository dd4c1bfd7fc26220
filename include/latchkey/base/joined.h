#pragma once

#include <span>
#include <string>
#include <string_view>

namespace latchkey {

// Returns the texts in their order, with `between` between each two.
std::string joined(std::span<const std::string> texts, std::string_view between);

}  // namespace latchkey
