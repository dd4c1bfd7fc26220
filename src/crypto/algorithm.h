// The signature algorithms we verify: a closed table. HMAC is not in it, and nothing that is not in
// it has code (J1, J2). Private to this folder.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "openssl.h"

namespace latchkey::crypto {

enum class KeyType { kRsa, kEc, kEd25519 };
enum class Padding { kNone, kPkcs1, kPss };

struct Algorithm {
  std::string_view name;  // in JOSE spelling, compared byte by byte
  KeyType key_type = KeyType::kRsa;
  Hash hash = Hash::kNone;
  Padding padding = Padding::kNone;
  std::string_view curve;  // the JWK's `crv`; empty for RSA
};

// Returns the entry of that name, or null. It lives for ever.
const Algorithm* algorithm_named(std::string_view name);

// What a JWK's `crv` stands for.
struct Curve {
  std::string_view name;            // as in a JWK, and as OpenSSL takes it
  std::size_t coordinate_bytes = 0;  // of x, of y, of r and of s
};

// Returns P-256, P-384 or P-521, or null.
const Curve* curve_named(std::string_view name);

}  // namespace latchkey::crypto
