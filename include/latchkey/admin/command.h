// The administrator's command: `latchkey --config FILE VERB`.
#pragma once

#include <istream>
#include <ostream>

#include "latchkey/base/clock.h"
#include "latchkey/base/random.h"

namespace latchkey::admin {

// What a run of the command sees of the world. All outlive the call.
struct World {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  const Clock& clock;
  Random& random;
};

// Runs one verb.
//
// Returns: the exit status: 0 good, 64 usage, 78 configuration, 1 anything else.
int run(int argc, const char* const* argv, const World& world);

// The same with the machine's streams, clock and chance. Called by main.
int run(int argc, char** argv);

}  // namespace latchkey::admin
