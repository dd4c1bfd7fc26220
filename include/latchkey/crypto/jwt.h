// Signed tokens (JWS compact form): taken apart without trust, verified by a key, and only then
// read. The types carry the proof: claims can be had from a VerifiedToken only, and only a
// VerificationKey makes one.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/result.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/wire/json.h"

namespace latchkey::crypto {

inline constexpr std::size_t kTokenBytesMax = 8192;          // of tokens that strangers send
inline constexpr std::size_t kFetchedTokenBytesMax = 65536;  // of ID tokens: some list many groups
inline constexpr std::size_t kKeyIdBytesMax = 64;

// What a token's header says: nothing but how to find the key.
struct TokenHeader {
  std::string text;       // as it was sent, in base64url
  KeyId key_id;           // `kid`; empty when it names none
  std::string algorithm;  // `alg`. Never a reason to choose an algorithm: the key does that.
  std::string type;       // `typ` as it was sent; empty when it names none
};

// A token nobody has vouched for. What it says of itself is good for one thing: finding a key.
class UnverifiedToken {
 public:
  // Takes the token apart. The text is copied.
  //
  // Input:  `text`, any bytes; `bytes_max`, at most kFetchedTokenBytesMax; `last`, if given, the
  //         header of a token before: tokens of one key all begin alike, and what was understood
  //         once is not read again. It becomes this token's.
  // Errors: kMalformed: over `bytes_max`, not two dots, an empty part, base64url that is not the
  //         one canonical spelling, a header that is no strict JSON object, no `alg`, a `kid`
  //         outside [A-Za-z0-9_:.=+/@-]{1,64} or with `..`; kRefused: a header that asks for more
  //         than we do (`crit`, `zip`, `b64`, `jku`, `jwk`, `x5u`, `x5c`).
  // Spec:   RFC 7515 sections 4 and 7.1; security rows J1 to J4, J8, J9, J13 to J15.
  static Result<UnverifiedToken> parse(std::string_view text,
                                       std::size_t bytes_max = kTokenBytesMax,
                                       TokenHeader* last = nullptr);

  const KeyId& key_id() const { return header_.key_id; }
  const std::string& algorithm() const { return header_.algorithm; }
  const std::string& type() const { return header_.type; }

 private:
  friend class VerificationKey;
  UnverifiedToken() = default;

  std::string text_;
  std::size_t signed_bytes_ = 0;  // header and payload with the dot between them
  std::string payload_;           // decoded
  std::string signature_;         // decoded
  TokenHeader header_;
};

// Reads which key a token's header names, before the rest of the token is looked at.
//
// Input:   `header`, what stands in front of the first dot.
// Returns: the `kid`; empty when it names none.
// Errors:  as UnverifiedToken::parse() has them for a header.
Result<KeyId> read_key_id(std::string_view header);

// A token whose signature was checked. Its times and audience were not: ask.
class VerifiedToken {
 public:
  // The claims, a strictly parsed JSON object; lives as long as this object.
  const wire::Json& claims() const { return claims_; }
  // The header's `typ` as it was sent; empty when it names none.
  const std::string& type() const { return type_; }
  // The key that verified it.
  const KeyId& key_id() const { return key_id_; }

  // Checks `exp` (required), and `nbf` and `iat` when present.
  //
  // Input:  `now`; `skew`, how far our clock and the issuer's may be apart, applied to all three.
  // Errors: kExpired: `exp` is over; kRefused: `exp` is missing, or `nbf` or `iat` is still to
  //         come; kMalformed: one of them is no NumericDate.
  // Spec:   RFC 7519 sections 4.1.4 to 4.1.6.
  Outcome check_times(TimePoint now, Seconds skew) const;

  // Checks that `aud`, a string or an array of strings, names at least one of `accepted`.
  //
  // Errors: kRefused: none of them, or no `aud`; kMalformed: another type.
  Outcome check_audience(std::span<const std::string> accepted) const;

  // Checks that `iss` is exactly `issuer`.
  //
  // Errors: kRefused: another, or none; kMalformed: not a string.
  Outcome check_issuer(std::string_view issuer) const;

  // Returns `exp`. Errors: as check_times has them for `exp`.
  Result<TimePoint> expires() const;

 private:
  friend class VerificationKey;
  VerifiedToken(wire::Json claims, std::string type, KeyId key_id)
      : claims_(std::move(claims)), type_(std::move(type)), key_id_(std::move(key_id)) {}

  wire::Json claims_;
  std::string type_;
  KeyId key_id_;
};

// A public key and the algorithms it may be used with. Made by jwks.h and key_directory.h.
class VerificationKey {
 public:
  class Impl;
  explicit VerificationKey(std::unique_ptr<Impl> impl);
  VerificationKey(VerificationKey&&) noexcept;
  VerificationKey& operator=(VerificationKey&&) noexcept;
  ~VerificationKey();

  // The `kid` it goes by; empty when its JWK set gave none.
  const KeyId& id() const;
  // The algorithms it verifies, in JOSE spelling, at least one.
  const std::vector<std::string>& algorithms() const;

  // Checks the signature over the exact bytes received, then parses the claims (J7: never before).
  //
  // Costs about 45 us for RSA 3072. Not for two threads at once.
  //
  // Errors: kRefused: an algorithm this key does not do, or a wrong signature; kMalformed: good
  //         signature, but the payload is no strict JSON object; kInternal: OpenSSL cannot.
  // Spec:   RFC 7515 section 5.2, RFC 7518 section 3, RFC 8037; RFC 8725 sections 3.1 to 3.3.
  Result<VerifiedToken> verify(const UnverifiedToken& token) const;

  // For src/crypto/ only.
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace latchkey::crypto
