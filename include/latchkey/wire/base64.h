// Base64 in its two alphabets. Decoding is strict: each value has one text, so that a token or a
// password cannot be spelled in a second way.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/base/result.h"

namespace latchkey::wire {

// Returns `bytes` in the standard alphabet, padded.
std::string base64_encode(std::string_view bytes);

// Decodes the standard alphabet, as Basic credentials use it.
//
// Input:   any bytes. Padding may be left out as a whole, but not in part.
// Errors:  kMalformed: a byte outside the alphabet (blanks too), a wrong length or padding, or bits
//          that are left over and not zero.
// Spec:    RFC 4648 section 4; RFC 7617.
Result<std::string> base64_decode(std::string_view text);

// Returns `bytes` in the URL alphabet, without padding.
std::string base64url_encode(std::string_view bytes);

// Decodes the URL alphabet without padding, as JOSE uses it.
//
// Errors:  kMalformed: as base64_decode, and any `=`.
// Spec:    RFC 4648 section 5; RFC 7515 section 2.
Result<std::string> base64url_decode(std::string_view text);

}  // namespace latchkey::wire
