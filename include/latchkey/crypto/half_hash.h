// The hash by which an ID token names the access token it came with.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/base/result.h"

namespace latchkey::crypto {

// Returns the left half of the hash that belongs to `algorithm`, in base64url: `at_hash`.
//
// Input:   `algorithm`, in JOSE spelling; EdDSA hashes with SHA-512, as Ed25519 itself does.
// Errors:  kRefused: an algorithm without a hash of its own. kInternal: OpenSSL cannot.
// Spec:    OpenID Connect Core 1.0 section 3.1.3.6.
Result<std::string> left_half_hash(std::string_view algorithm, std::string_view text);

}  // namespace latchkey::crypto
