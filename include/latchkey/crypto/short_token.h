// The short form of a credential's secret: `lkc_`, 30 random characters, and a checksum of 6.
// People can type it where a JWT does not fit, scanners of secrets know it by its beginning, and a
// slip of the pen is told from a guess without asking the store.
#pragma once

#include <string_view>

#include "latchkey/base/random.h"
#include "latchkey/base/secret_string.h"

namespace latchkey::crypto {

inline constexpr std::string_view kShortTokenMark = "lkc_";
inline constexpr std::size_t kShortTokenBytes = 40;

// Returns a new one. 30 characters of 62 hold 178 random bits, so its SHA-256 is as good as the
// secret kept secret: nobody can try them all.
SecretString make_short_token(Random& random);

// True for a text that begins as one and is as long: what is meant to be one.
bool looks_like_short_token(std::string_view text);

// True if it also has nothing but letters and digits behind the mark, and the right checksum: the
// CRC-32 (as in zlib) of the random characters, as six digits to the base of 62 (0-9, A-Z, a-z).
bool is_short_token(std::string_view text);

}  // namespace latchkey::crypto
