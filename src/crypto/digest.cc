#include "latchkey/crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

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
  unsigned int written = 0;
  const unsigned char* const done =
      HMAC(fetched(Hash::kSha256), key.data(), static_cast<int>(key.size()), as_bytes(input),
           input.size(), out.data(), &written);
  LK_ASSERT(done != nullptr && written == Digest::kBytes);
  // A part may be a secret.
  OPENSSL_cleanse(input.data(), input.size());
  return Digest(out);
}

std::string random_token(Random& random) {
  return wire::base64url_encode(random.bytes(kTokenBytes));
}

}  // namespace latchkey::crypto
