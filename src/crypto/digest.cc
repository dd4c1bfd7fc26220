#include "latchkey/crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "latchkey/wire/base64.h"
#include "latchkey/wire/hex.h"
#include "openssl.h"

namespace latchkey::crypto {
namespace {

constexpr std::size_t kTokenBytes = 32;

void append_with_length(std::string& out, std::string_view part) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((static_cast<std::uint64_t>(part.size()) >> shift) & 0xff));
  }
  out.append(part);
}

// HMAC-SHA256 without a key yet, to be copied for each use: to find it by its name takes longer
// than the work itself, and of a copy that is freed no key stays behind.
const EVP_MAC_CTX& unkeyed_hmac() {
  static const EvpMacContext context = [] {
    const EvpMac mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    LK_ASSERT(mac.get() != nullptr);
    EvpMacContext made(EVP_MAC_CTX_new(mac.get()));
    LK_ASSERT(made.get() != nullptr);
    std::string name = "SHA256";
    const std::array<OSSL_PARAM, 2> params = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
        OSSL_PARAM_construct_end()};
    LK_ASSERT(succeeded(EVP_MAC_CTX_set_params(made.get(), params.data())));
    return made;
  }();
  return *context;
}

}  // namespace

Result<Digest> Digest::from_bytes(std::string_view bytes) {
  if (bytes.size() != kBytes) return fail(ErrorCode::kMalformed, "a digest has 32 bytes");
  Digest digest;
  std::memcpy(digest.bytes_.data(), bytes.data(), kBytes);
  return digest;
}

std::string_view Digest::bytes() const {
  return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
}

std::string Digest::hex() const { return wire::hex_encode(bytes()); }

bool operator==(const Digest& a, const Digest& b) {
  return CRYPTO_memcmp(a.bytes_.data(), b.bytes_.data(), Digest::kBytes) == 0;
}

std::size_t DigestHash::operator()(const Digest& digest) const {
  std::size_t value = 0;
  std::memcpy(&value, digest.bytes().data(), sizeof value);
  return value;
}

// The context is kept: making one costs more than hashing a cookie's value. Nothing of `text` stays
// in it, for OpenSSL wipes the block it ends with.
Digest sha256(std::string_view text) {
  thread_local const EvpDigestContext context = [] {
    EvpDigestContext made(EVP_MD_CTX_new());
    LK_ASSERT(made.get() != nullptr);
    LK_ASSERT(succeeded(EVP_DigestInit_ex2(made.get(), fetched(Hash::kSha256), nullptr)));
    return made;
  }();
  std::array<unsigned char, Digest::kBytes> out{};
  LK_ASSERT(succeeded(EVP_DigestInit_ex2(context.get(), nullptr, nullptr)));
  LK_ASSERT(succeeded(EVP_DigestUpdate(context.get(), text.data(), text.size())));
  LK_ASSERT(succeeded(EVP_DigestFinal_ex(context.get(), out.data(), nullptr)));
  return Digest(out);
}

Digest hmac_sha256(std::string_view key, std::string_view purpose,
                   std::initializer_list<std::string_view> parts) {
  std::string input;
  append_with_length(input, purpose);
  for (const std::string_view part : parts) append_with_length(input, part);

  std::array<unsigned char, Digest::kBytes> out{};
  std::size_t written = 0;
  const EvpMacContext context(EVP_MAC_CTX_dup(&unkeyed_hmac()));
  LK_ASSERT(context.get() != nullptr);
  LK_ASSERT(succeeded(EVP_MAC_init(context.get(), as_bytes(key), key.size(), nullptr)) &&
            succeeded(EVP_MAC_update(context.get(), as_bytes(input), input.size())) &&
            succeeded(EVP_MAC_final(context.get(), out.data(), &written, out.size())));
  LK_ASSERT(written == Digest::kBytes);
  // A part may be a secret.
  OPENSSL_cleanse(input.data(), input.size());
  return Digest(out);
}

std::string random_token(Random& random) {
  return wire::base64url_encode(random.bytes(kTokenBytes));
}

}  // namespace latchkey::crypto
