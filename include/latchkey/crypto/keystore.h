// Keystores of Java, for moving from nexus-proxy: only the public half is taken out, because all
// that is left to do with the old key is to verify.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"

namespace latchkey::crypto {

inline constexpr std::size_t kKeystoreBytesMax = std::size_t{1} << 20;

// Finds the certificate of an entry.
//
// Input:   `bytes`, the whole file: JCEKS, JKS or PKCS#12; `alias`, compared without case, as Java
//          does. In PKCS#12 the entry with the private key is meant, whatever its name.
// Returns: its public key in PEM.
// Errors:  kMalformed: no such file, cut off, or with a secret key in front of the entry, whose end
//          only Java can find; kRefused: another password, or a changed file; kNotFound: no such
//          entry, or no certificate in it.
Result<std::string> public_key_of_keystore(std::string_view bytes, const SecretString& password,
                                           std::string_view alias);

}  // namespace latchkey::crypto
