// Finds what looks like one of our secrets in a text that somebody has pasted: the bare secret, a
// line of a log, a settings file; also within base64, as Basic credentials and Docker's settings
// have it.
//
// How many there are is bounded by the text alone: whoever asks bounds that. A limit of their
// number would let look-alikes hide one of ours.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/ids.h"

namespace latchkey::pages {

// Says whether a key of that name is ours: what another one signed is not worth looking at.
using IsOurKey = std::function<bool(const KeyId&)>;

// Returns credentials, short, or signed by what calls itself a key of ours, and tokens of Docker's;
// each once, in the order of the text. None was verified.
std::vector<std::string> secrets_in(std::string_view text, const IsOurKey& is_ours);

// Returns what may be the pass code of a user token, likewise.
std::vector<std::string> pass_codes_in(std::string_view text);

}  // namespace latchkey::pages
