// A public key between its three shapes: JWK members, OpenSSL's object, PEM. Private to this
// folder.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "algorithm.h"
#include "latchkey/base/ids.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/jwt.h"
#include "latchkey/wire/json.h"
#include "openssl.h"

namespace latchkey::crypto {

class VerificationKey::Impl {
 public:
  KeyId id;
  std::vector<std::string> algorithms;
  EvpKey key;
  // What verifying leaves for the next time: OpenSSL's preparations for one of `algorithms`.
  EvpKeyContext context{};
  const Algorithm* ready_for = nullptr;
};

// Makes a key that does `algorithms`.
//
// Input: at least one algorithm, each fitting the type of `key`.
VerificationKey make_verification_key(KeyId id, std::vector<std::string> algorithms, EvpKey key);

// True if `id` is [A-Za-z0-9_:.=+/@-]{1,64} without `..` (J4).
bool is_key_id(std::string_view id);

// True if such an id may become a part of a file's name, too.
bool may_name_file(const KeyId& id);

// Builds the public key that a JWK describes and checks that it is sound (J16).
//
// Errors: kMalformed: members missing or spelled wrong; kRefused: a type, a curve, a size or an
//         exponent we do not take, or a point off its curve.
Result<EvpKey> key_from_jwk(const wire::Json& jwk);

// Checks the size and exponent of an RSA key: 2048 to 8192 bits, odd exponent of 3 or more.
//
// Errors: kRefused.
Outcome check_rsa(const EVP_PKEY* key);

// Returns the type, or kRefused for another one.
Result<KeyType> type_of(const EVP_PKEY* key);

// Returns the JWK's `crv` of an elliptic key, empty for RSA.
std::string curve_of(const EVP_PKEY* key);

// Returns the required members in lexical order, as RFC 7638 hashes them:
// {"e":...,"kty":...,"n":...}.
std::string required_members(const EVP_PKEY* key);

// Returns the RFC 7638 thumbprint.
KeyId thumbprint(const EVP_PKEY* key);

// Returns the first key of `make` whose thumbprint can be typed as it is: every 64th begins with
// `-`, which command lines take for an option. Null as soon as `make` returns null.
EvpKey make_typable(const std::function<EvpKey()>& make);

// Reads a public key in PEM.
//
// Errors: kRefused: it is none, or not a sound RSA key.
Result<EvpKey> rsa_from_public_pem(std::string_view pem);

// Reads a private key in PEM, never asking anybody for a pass phrase. Errors: as above.
Result<EvpKey> rsa_from_private_pem(std::string_view pem);

}  // namespace latchkey::crypto
