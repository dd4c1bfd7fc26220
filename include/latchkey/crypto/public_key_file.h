// A public key that came from elsewhere, as a file: that of the nexus-proxy that was here before.
#pragma once

#include <string>

#include "latchkey/base/result.h"
#include "latchkey/crypto/jwt.h"

namespace latchkey::crypto {

// Reads an RSA public key in PEM, for RS256 and without a `kid`.
//
// Errors:  kUnavailable: missing or unreadable; kRefused: a file that others can change, or no
//          sound RSA key of 2048 to 8192 bits.
Result<VerificationKey> load_rs256_key(const std::string& path);

}  // namespace latchkey::crypto
