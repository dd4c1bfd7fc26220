// Presets: what an application needs, as the part of a configuration that its author would have
// written. Private to this folder.
#pragma once

#include <string_view>
#include <vector>

#include "config/document.h"

namespace latchkey::config {

// The presets' names, in the order in which they are explained.
std::vector<std::string_view> preset_names();

// Adds what the preset says to the places that `document` leaves open. Its values are marked as the
// preset's.
//
// Input: `name`, one of preset_names().
void apply_preset(std::string_view name, Node& document);

}  // namespace latchkey::config
