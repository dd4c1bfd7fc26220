// The name of a certificate's subject or issuer as text, taken apart without guessing.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/base/result.h"

namespace latchkey::wire {

// Attribute types as they are written and their values, decoded; in the order of the text.
using DistinguishedName = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t kNameBytesMax = 4096;

// Takes a name like `CN=Ann Lee,OU=People,O=Corp` apart.
//
// Input:   any bytes.
// Returns: the attributes, at least one. A value may hold any byte, as the text can write it.
// Errors:  kMalformed: over kNameBytesMax, a type without `=`, a wrong escape, or a value in `#` or
//          quotes; kRefused: the older form with slashes, in which a value that holds `/CN=` looks
//          like two attributes, so that nobody can tell who is meant.
// Spec:    RFC 4514 sections 3 and 4.
Result<DistinguishedName> parse_distinguished_name(std::string_view text);

}  // namespace latchkey::wire
