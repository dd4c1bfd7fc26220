#include <openssl/ecdsa.h>

#include <array>

#include "latchkey/wire/base64.h"
#include "latchkey/wire/json_object.h"
#include "registry_signing_key.h"

namespace latchkey::crypto {
namespace {

using EcdsaSignature = Handle<ECDSA_SIG, ECDSA_SIG_free>;

constexpr int kCoordinateBytes = 32;

// OpenSSL writes r and s in DER, JOSE wants them side by side. Spec: RFC 7518 section 3.4.
Result<std::string> raw_of(std::string_view der) {
  const unsigned char* at = as_bytes(der);
  const EcdsaSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (signature == nullptr) return openssl_failure("reading an ECDSA signature");
  std::string raw(2 * kCoordinateBytes, '\0');
  unsigned char* const out = as_bytes(raw);
  LK_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, kCoordinateBytes) >= 0);
  LK_ASSERT(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + kCoordinateBytes,
                         kCoordinateBytes) >= 0);
  return raw;
}

}  // namespace

RegistrySigningKey::RegistrySigningKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RegistrySigningKey::RegistrySigningKey(RegistrySigningKey&&) noexcept = default;
RegistrySigningKey& RegistrySigningKey::operator=(RegistrySigningKey&&) noexcept = default;
RegistrySigningKey::~RegistrySigningKey() = default;

const RegistryKeyInfo& RegistrySigningKey::info() const { return impl_->info; }

Result<SecretString> RegistrySigningKey::sign(std::string_view claims_json,
                                              const KeyId& key_id) const {
  wire::JsonObject header;
  header.add("alg", "ES256").add("typ", "JWT").add("kid", key_id.text());
  std::string text =
      wire::base64url_encode(header.text()) + "." + wire::base64url_encode(claims_json);
  LK_ASSERT(text.starts_with(kRegistryTokenBegin));
  const EvpDigestContext context(EVP_MD_CTX_new());
  std::array<unsigned char, 80> der{};  // more than two numbers of 32 bytes and their lengths
  std::size_t size = der.size();
  if (context == nullptr ||
      !succeeded(EVP_DigestSignInit(context.get(), nullptr, fetched(Hash::kSha256), nullptr,
                                    impl_->key.get())) ||
      !succeeded(EVP_DigestSign(context.get(), der.data(), &size, as_bytes(text), text.size()))) {
    return openssl_failure("signing a token for a registry");
  }
  LK_TRY(const std::string raw,
         raw_of({reinterpret_cast<const char*>(der.data()), size}));
  text += "." + wire::base64url_encode(raw);
  return SecretString(std::move(text));
}

}  // namespace latchkey::crypto
