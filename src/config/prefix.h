// Prefixes of paths, as rules, scopes and places of registries are written.
#pragma once

#include <optional>
#include <string>

namespace latchkey::config {

// Whether a segment `*` may stand for any one segment.
enum class Star { kRefuse, kSegment };

// Says what is wrong with a prefix that is compared at segments' borders, or nothing.
std::optional<std::string> fault_of_prefix(const std::string& text, Star star);

}  // namespace latchkey::config
