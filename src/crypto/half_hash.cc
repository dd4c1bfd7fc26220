#include "latchkey/crypto/half_hash.h"

#include <openssl/evp.h>

#include <array>

#include "latchkey/wire/base64.h"

namespace latchkey::crypto {
namespace {

const EVP_MD* hash_of(std::string_view algorithm) {
  if (algorithm == "EdDSA" || algorithm.ends_with("512")) return EVP_sha512();
  if (algorithm.ends_with("384")) return EVP_sha384();
  if (algorithm.ends_with("256")) return EVP_sha256();
  return nullptr;
}

}  // namespace

Result<std::string> left_half_hash(std::string_view algorithm, std::string_view text) {
  const EVP_MD* const hash = hash_of(algorithm);
  if (hash == nullptr) return fail(ErrorCode::kRefused, "an algorithm without a hash");
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, hash, nullptr) != 1) {
    return fail(ErrorCode::kInternal, "no hash could be computed");
  }
  const std::string half(bytes.begin(), bytes.begin() + size / 2);
  return wire::base64url_encode(half);
}

}  // namespace latchkey::crypto
