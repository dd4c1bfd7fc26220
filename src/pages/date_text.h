// Times as people read them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/clock.h"

namespace latchkey::pages {

// Returns `time` as `2026-01-31 09:08 UTC`: without a browser's script nobody knows the reader's
// zone.
std::string date_text(TimePoint time);

// Returns when, from where and by which tool something was last used; empty if it never was.
std::string last_use_text(const std::optional<TimePoint>& used, std::string_view from,
                          std::string_view by);

}  // namespace latchkey::pages
