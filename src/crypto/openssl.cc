#include "openssl.h"

#include <openssl/err.h>

#include <array>

namespace latchkey::crypto {
namespace {

const EVP_MD* must_fetch(const char* name) {
  const EVP_MD* digest = EVP_MD_fetch(nullptr, name, nullptr);
  LK_ASSERT(digest != nullptr);
  return digest;
}

}  // namespace

const EVP_MD* fetched(Hash hash) {
  // Constants of the process, although OpenSSL makes them at run time.
  static const EVP_MD* const sha256 = must_fetch("SHA256");
  static const EVP_MD* const sha384 = must_fetch("SHA384");
  static const EVP_MD* const sha512 = must_fetch("SHA512");
  switch (hash) {
    case Hash::kNone: return nullptr;
    case Hash::kSha256: return sha256;
    case Hash::kSha384: return sha384;
    case Hash::kSha512: return sha512;
  }
  return nullptr;
}

std::unexpected<Error> openssl_failure(std::string_view what) {
  std::string detail(what);
  std::array<char, 256> text{};
  if (const unsigned long code = ERR_get_error(); code != 0) {
    ERR_error_string_n(code, text.data(), text.size());
    detail.append(": ").append(text.data());
  }
  ERR_clear_error();
  return fail(ErrorCode::kInternal, std::move(detail));
}

std::string_view content_of(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return {data, length > 0 ? static_cast<std::size_t>(length) : 0};
}

int no_pass_phrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

void forget_openssl_errors() { ERR_clear_error(); }

}  // namespace latchkey::crypto
