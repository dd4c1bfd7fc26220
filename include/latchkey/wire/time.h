// Times and durations as texts: RFC 3339 in answers and listings, `8h` in the configuration.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"

namespace latchkey::wire {

inline constexpr Seconds kDurationMax = std::chrono::days(36'500);

// Returns `time` as `2026-01-31T09:08:07Z`. Times outside the years 1970 to 9999 become the nearest
// of these.
std::string rfc3339(TimePoint time);

// Reads a date and time with `Z` or an offset. A fraction of a second is cut off.
//
// Errors:  kMalformed: another form, a day that does not exist, or a time outside 1970 to 9999.
// Spec:    RFC 3339 section 5.6; leap seconds are refused, as sys_seconds has none.
Result<TimePoint> parse_rfc3339(std::string_view text);

// Reads a whole number and one unit: `45s`, `30m`, `8h`, `7d`, `2w`.
//
// Errors:  kMalformed: another form, or over kDurationMax.
Result<Seconds> parse_duration(std::string_view text);

}  // namespace latchkey::wire
