// OpenSSL's objects, owned; and its digests, looked up once. Private to this folder.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>

#include <string>
#include <string_view>

#include "latchkey/base/handle.h"
#include "latchkey/base/result.h"

namespace latchkey::crypto {

using EvpKey = Handle<EVP_PKEY, EVP_PKEY_free>;
using EvpKeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using EvpDigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using EvpMac = Handle<EVP_MAC, EVP_MAC_free>;
using EvpMacContext = Handle<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using Bio = Handle<BIO, BIO_free_all>;
using BigNumber = Handle<BIGNUM, BN_free>;

enum class Hash { kNone, kSha256, kSha384, kSha512 };

// Returns the digest, or null for kNone. It is fetched once per process and never freed: asking the
// provider anew costs as much as hashing a cookie's value.
const EVP_MD* fetched(Hash hash);

// OpenSSL answers 1 for success, 0 for a wrong signature and below 0 for trouble: only 1 is a yes
// (J12).
constexpr bool succeeded(int openssl_answer) { return openssl_answer == 1; }

// Empties OpenSSL's queue of errors into one kInternal. Call it only where no secret can be in
// there.
std::unexpected<Error> openssl_failure(std::string_view what);

// Returns what was written to a BIO in memory, until the next write.
std::string_view content_of(BIO* bio);

// For reading PEM: fails instead of asking at a terminal, which a service does not have.
int no_pass_phrase(char* buffer, int size, int writing, void* context);

// Drops what OpenSSL queued, so that a later failure does not report it.
void forget_openssl_errors();

inline const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* as_bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace latchkey::crypto
