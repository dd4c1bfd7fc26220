// The words of the command line. Only the two translation units that include this know the option
// parser: it is the slowest header of the project.
#pragma once

#include <CLI/CLI.hpp>

#include "verbs.h"

namespace latchkey::admin {

// What the command line asks for: the verb whose name was seen last.
struct Asked {
  Arguments arguments;
  Verb verb = nullptr;
};

// Adds every verb with its options; parsing fills `asked`, which must outlive `app`.
void add_verbs(CLI::App& app, Asked& asked);

}  // namespace latchkey::admin
