// Texts as the configuration file has them.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/wire/json_object.h"

namespace latchkey::config {

// Returns `text` in quotes. A string of JSON is a basic string of TOML.
inline std::string toml_string(std::string_view text) { return wire::json_string(text); }

}  // namespace latchkey::config
