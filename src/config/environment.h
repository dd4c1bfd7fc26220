// LATCHKEY__SECTION__KEY: single keys from the environment, for containers.
#pragma once

#include <span>
#include <vector>

#include "config/document.h"
#include "config/section.h"

namespace latchkey::config {

// Puts the value of each variable that begins with LATCHKEY__ into `document`, over what stands
// there.
//
// Input:   `variables`, as environ has them: NAME=VALUE.
// Returns: a fault for each that names no key, or one of a section that is a list of tables.
std::vector<Fault> override_from(std::span<const char* const> variables,
                                 std::span<const Section> sections, Node& document);

}  // namespace latchkey::config
