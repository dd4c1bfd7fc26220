// SHA-256 values: what the store keeps instead of a secret, and what caches use as a key.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "latchkey/base/random.h"
#include "latchkey/base/result.h"

namespace latchkey::crypto {

// 32 bytes that are compared in constant time. A default one is all zeros: the digest of nothing.
class Digest {
 public:
  static constexpr std::size_t kBytes = 32;

  Digest() = default;
  explicit Digest(const std::array<unsigned char, kBytes>& bytes) : bytes_(bytes) {}

  // Reads back what bytes() gave, for example from a column of the store.
  //
  // Errors: kMalformed: not exactly 32 bytes.
  static Result<Digest> from_bytes(std::string_view bytes);

  // The raw 32 bytes; the view lives as long as this object.
  std::string_view bytes() const;

  // The same as 64 lower-case hexadecimal digits.
  std::string hex() const;

  friend bool operator==(const Digest& a, const Digest& b);

 private:
  std::array<unsigned char, kBytes> bytes_{};
};

// For unordered containers: the bytes are random already.
struct DigestHash {
  std::size_t operator()(const Digest& digest) const;
};

// Returns the SHA-256 of `text`. Costs about 0.3 us for a cookie's value.
Digest sha256(std::string_view text);

// Returns HMAC-SHA256 over `purpose` and `parts`, each preceded by its length, so that no two lists
// of parts give the same input, and a tag made for one purpose is worthless for another (O19).
//
// Input: `key`, at least 16 random bytes; `purpose`, a constant that names the use.
Digest hmac_sha256(std::string_view key, std::string_view purpose,
                   std::initializer_list<std::string_view> parts);

// Returns 32 random bytes as 43 characters of base64url: a session's cookie, a nonce, a verifier.
std::string random_token(Random& random);

}  // namespace latchkey::crypto

template <>
struct std::hash<latchkey::crypto::Digest> : latchkey::crypto::DigestHash {};
