// Makes new key pairs. Private to this folder.
#pragma once

#include <string>

#include "latchkey/base/ids.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"

namespace latchkey::crypto {

inline constexpr int kOwnKeyBits = 3072;

struct KeyPair {
  KeyId id;  // RFC 7638 thumbprint
  SecretString private_pem;
  std::string public_pem;
};

// Makes an RSA key pair of kOwnKeyBits; takes a good part of a second.
//
// Errors: kInternal: OpenSSL cannot.
Result<KeyPair> generate_key_pair();

}  // namespace latchkey::crypto
