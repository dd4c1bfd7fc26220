// [membership]: whether people still belong here is asked again and again, without their browsers.
#pragma once

#include <chrono>

#include "latchkey/base/clock.h"

namespace latchkey::config {

struct Membership {
  Seconds every = std::chrono::minutes(5);  // how long an answer counts before it is asked again
  Seconds grace = std::chrono::hours(1);    // how much longer it counts while nobody answers
  bool credentials = true;  // false: credentials for programs outlive a lost membership
  bool operator==(const Membership&) const = default;

  // For how long one good answer can count at most.
  Seconds age_max() const { return every + grace; }

};

}  // namespace latchkey::config
