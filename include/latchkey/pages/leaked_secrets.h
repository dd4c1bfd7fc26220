// Finds what looks like one of our secrets in a text that somebody has pasted: the bare secret, a
// line of a log, a settings file; also within base64, as Basic credentials and Docker's settings
// have it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::pages {

// How many are looked for in one text: what a stranger can make the store look up.
constexpr std::size_t kLeakedMax = 32;
constexpr std::size_t kPassCodesMax = 256;  // other texts have their form

// Returns credentials, signed or short, and tokens of Docker's, at most kLeakedMax.
std::vector<std::string> secrets_in(std::string_view text);

// Returns what may be the pass code of a user token, at most kPassCodesMax.
std::vector<std::string> pass_codes_in(std::string_view text);

}  // namespace latchkey::pages
