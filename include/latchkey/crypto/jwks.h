// JSON Web Key sets: a provider's keys coming in, our own public keys going out.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/base/ids.h"
#include "latchkey/base/result.h"
#include "latchkey/crypto/jwt.h"

namespace latchkey::crypto {

inline constexpr std::size_t kKeySetBytesMax = 256 * 1024;
inline constexpr std::size_t kKeySetKeysMax = 64;

// Public keys by name. Move-only; small, so that a look-up is a walk.
class KeyRing {
 public:
  KeyRing() = default;
  explicit KeyRing(std::vector<VerificationKey> keys) : keys_(std::move(keys)) {}

  // Returns the key of that `kid`, or null: for an unknown one and for an empty one. The key lives
  // as long as the ring is not assigned to.
  const VerificationKey* find(const KeyId& id) const;

  std::size_t size() const { return keys_.size(); }
  std::span<const VerificationKey> keys() const { return keys_; }

 private:
  std::vector<VerificationKey> keys_;
};

// Reads the keys of a set that can verify signatures.
//
// Input:   `json`, as fetched, at most kKeySetBytesMax; `allowed`, algorithms of the configuration.
// Returns: the usable keys, maybe none. Left out, as RFC 7517 section 5 asks: unknown types and
//          curves, `use` other than `sig`, `key_ops` without `verify`, an `alg` that is not allowed
//          or does not fit the type, a `kid` outside our grammar or seen before, private keys'
//          private parts; RSA below 2048 or above 8192 bits or with an even exponent or one below
//          3; points that are not on their curve. A key without `alg` serves every allowed one of
//          its type.
// Errors:  kMalformed: no strict JSON object, no array `keys`, or more than kKeySetKeysMax of them.
// Spec:    RFC 7517, RFC 7518 section 6, RFC 8037 section 2; security rows J16, J17.
Result<std::vector<VerificationKey>> keys_from_jwks(std::string_view json,
                                                    std::span<const std::string> allowed);

// Returns the key as a JWK: public members, `use`, `kid`, and `alg` when it serves one only.
std::string jwk_of(const VerificationKey& key);

// Returns {"keys":[...]} of all of them, in their order.
std::string jwks_of(std::span<const VerificationKey> keys);

// Returns the SHA-256 thumbprint in base64url, 43 characters: the name of our own keys.
//
// Spec: RFC 7638 section 3.
KeyId thumbprint_of(const VerificationKey& key);

}  // namespace latchkey::crypto
