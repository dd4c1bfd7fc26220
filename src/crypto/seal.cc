#include "latchkey/crypto/seal.h"

#include <fcntl.h>

#include <cstddef>

#include "file.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/wire/base64.h"
#include "openssl.h"

namespace latchkey::crypto {
namespace {

// Version, salt, nonce, ciphertext, tag. One version, one layout: nothing in it is negotiated
// (J10).
constexpr char kVersion = 1;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kHeadBytes = 1 + kSaltBytes + kNonceBytes;
constexpr std::size_t kPlainBytesMax = 64 * 1024;

using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  LK_ASSERT(cipher != nullptr);
  return cipher;
}

// A key of its own for every seal: under one key, random nonces would begin to repeat.
Digest key_of_seal(const SecretString& key, std::string_view salt) {
  return hmac_sha256(key.reveal(), "latchkey seal key", {salt});
}

Digest associated_data(std::string_view purpose, std::string_view row) {
  // A digest, because it puts the lengths between the parts; the tag is what protects it.
  return hmac_sha256("latchkey seal associated data", purpose, {row});
}

std::unexpected<Error> refused() {
  forget_openssl_errors();
  return fail(ErrorCode::kRefused, "a sealed text was altered or is not ours");
}

}  // namespace

Result<Sealer> Sealer::load(const std::string& path) {
  LK_TRY(SecretString key, read_file(AT_FDCWD, path, kPrivateFile));
  if (key.size() != kKeyBytes) return fail(ErrorCode::kRefused, path + ": is no sealing key");
  return Sealer(std::move(key));
}

Outcome Sealer::create(const std::string& path, Random& random) {
  const SecretString key(random.bytes(kKeyBytes));
  return write_file(AT_FDCWD, path, key.reveal(), 0600, Replace::kNo, random);
}

std::string Sealer::seal(std::string_view purpose, std::string_view row, std::string_view plain,
                         Random& random) const {
  LK_ASSERT(plain.size() <= kPlainBytesMax);
  std::string out(1, kVersion);
  out += random.bytes(kSaltBytes + kNonceBytes);
  const std::string_view head(out);
  const Digest key = key_of_seal(key_, head.substr(1, kSaltBytes));
  const Digest aad = associated_data(purpose, row);
  const std::string nonce(head.substr(1 + kSaltBytes, kNonceBytes));
  out.resize(kHeadBytes + plain.size() + kTagBytes);
  unsigned char* const body = as_bytes(out) + kHeadBytes;

  const CipherContext context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* const c = context.get();
  int length = 0;
  LK_ASSERT(c != nullptr);
  LK_ASSERT(succeeded(EVP_EncryptInit_ex2(c, aes_256_gcm(), as_bytes(key.bytes()), as_bytes(nonce),
                                          nullptr)));
  LK_ASSERT(succeeded(EVP_EncryptUpdate(c, nullptr, &length, as_bytes(aad.bytes()),
                                        static_cast<int>(Digest::kBytes))));
  LK_ASSERT(succeeded(EVP_EncryptUpdate(c, body, &length, as_bytes(plain),
                                        static_cast<int>(plain.size()))));
  LK_ASSERT(succeeded(EVP_EncryptFinal_ex(c, body + length, &length)));
  LK_ASSERT(succeeded(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes),
                                          body + plain.size())));
  return wire::base64url_encode(out);
}

Digest Sealer::derive(std::string_view purpose,
                      std::initializer_list<std::string_view> parts) const {
  const Digest key = hmac_sha256(key_.reveal(), "latchkey derivation key", {});
  return hmac_sha256(key.bytes(), purpose, parts);
}

Result<SecretString> Sealer::open(std::string_view purpose, std::string_view row,
                                  std::string_view sealed) const {
  Result<std::string> decoded = wire::base64url_decode(sealed);
  if (!decoded.has_value()) return refused();
  std::string& bytes = *decoded;
  if (bytes.size() < kHeadBytes + kTagBytes || bytes[0] != kVersion ||
      bytes.size() > kHeadBytes + kPlainBytesMax + kTagBytes) {
    return refused();
  }
  const std::string_view view(bytes);
  const std::string_view body = view.substr(kHeadBytes, view.size() - kHeadBytes - kTagBytes);
  const Digest key = key_of_seal(key_, view.substr(1, kSaltBytes));
  const Digest aad = associated_data(purpose, row);
  std::string plain(body.size(), '\0');

  const CipherContext context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* const c = context.get();
  int length = 0;
  const bool good =
      c != nullptr &&
      succeeded(EVP_DecryptInit_ex2(c, aes_256_gcm(), as_bytes(key.bytes()),
                                    as_bytes(view.substr(1 + kSaltBytes)), nullptr)) &&
      succeeded(EVP_DecryptUpdate(c, nullptr, &length, as_bytes(aad.bytes()),
                                  static_cast<int>(Digest::kBytes))) &&
      succeeded(EVP_DecryptUpdate(c, as_bytes(plain), &length, as_bytes(body),
                                  static_cast<int>(body.size()))) &&
      succeeded(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagBytes),
                                    as_bytes(bytes) + view.size() - kTagBytes)) &&
      succeeded(EVP_DecryptFinal_ex(c, as_bytes(plain) + length, &length));
  SecretString result(std::move(plain));
  if (!good) return refused();
  return result;
}

}  // namespace latchkey::crypto
