// A path whose encoded slashes were kept is read differently by different applications.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::wire {

// Returns a canonical path as a server reads it that decodes it once more: `%2F` as a slash, and
// `%252F` as `%2F`.
std::string with_slashes_decoded(std::string_view path);

// Returns the readings of a canonical path that are not the path itself: decoded once, and where
// that leaves an encoded slash, decoded again. Empty where no slash is encoded.
std::vector<std::string> other_readings(std::string_view path);

}  // namespace latchkey::wire
