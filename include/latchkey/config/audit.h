// [audit]: the log of who changed what.
#pragma once

#include <chrono>

#include "latchkey/base/clock.h"

namespace latchkey::config {

struct Audit {
  Seconds keep = std::chrono::days(3650);  // older rows are removed, and the removal is told
  bool operator==(const Audit&) const = default;
};

}  // namespace latchkey::config
