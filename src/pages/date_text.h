// Times as people read them.
#pragma once

#include <string>

#include "latchkey/base/clock.h"

namespace latchkey::pages {

// Returns `time` as `2026-01-31 09:08 UTC`: without a browser's script nobody knows the reader's
// zone.
std::string date_text(TimePoint time);

}  // namespace latchkey::pages
