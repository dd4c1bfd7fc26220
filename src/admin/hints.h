// What a configuration allows and hardly anybody means: for `latchkey check`.
#pragma once

#include <string>
#include <vector>

#include "latchkey/config/config.h"

namespace latchkey::admin {

// Returns a sentence for each. Looks at the configuration and at which directories there are.
std::vector<std::string> hints_for(const config::Config& config);

}  // namespace latchkey::admin
