// How long ago somebody was confirmed to belong here: by their provider if it is asked, else by the
// directory.
#pragma once

#include <optional>

#include "latchkey/base/clock.h"
#include "latchkey/config/config.h"

namespace latchkey::identity {

// Input:   `member_until`, how long the provider's last answer counts, nullopt: it is not asked;
//          `directory_until`, the same of the directory.
// Returns: nullopt: nobody is asked.
std::optional<Seconds> confirmation_age(const config::Config& config,
                                        std::optional<TimePoint> member_until,
                                        std::optional<TimePoint> directory_until, TimePoint now);

}  // namespace latchkey::identity
