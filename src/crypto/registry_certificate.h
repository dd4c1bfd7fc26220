// A key for Docker's tokens in its two files' forms. Private to this folder.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/base/secret_string.h"
#include "latchkey/crypto/registry_keys.h"
#include "openssl.h"

namespace latchkey::crypto {

struct RegistryKeyPair {
  RegistryKeyInfo info;
  SecretString private_pem;
  std::string certificate_pem;
};

// Makes a P-256 key and a certificate that it signs itself, good from `signs_from` for ever.
//
// Errors: kInternal: OpenSSL cannot.
Result<RegistryKeyPair> generate_registry_key(TimePoint signs_from);

struct RegistryCertificate {
  RegistryKeyInfo info;
  EvpKey key;  // the public half
};

// Reads such a certificate. It vouches for nothing: that it lies in our directory does.
//
// Errors: kRefused: no certificate in PEM, or not of a P-256 key.
Result<RegistryCertificate> read_registry_certificate(std::string_view pem);

// Reads such a private key, never asking anybody for a pass phrase.
//
// Errors: kRefused: none, or not on P-256.
Result<EvpKey> read_registry_private_key(std::string_view pem);

// Returns the name that registries up to 2.8 know a key by: 30 bytes of the SHA-256 of its
// SubjectPublicKeyInfo, in base32, four by four.
KeyId libtrust_id(const EVP_PKEY* key);

}  // namespace latchkey::crypto
