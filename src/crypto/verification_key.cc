#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>

#include "algorithm.h"
#include "latchkey/crypto/jwt.h"
#include "public_key.h"

namespace latchkey::crypto {
namespace {

using EcdsaSignature = Handle<ECDSA_SIG, ECDSA_SIG_free>;

std::unexpected<Error> wrong_signature() {
  forget_openssl_errors();
  return fail(ErrorCode::kRefused, "the token's signature is wrong");
}

// JOSE writes r and s side by side in a fixed length, OpenSSL wants them in DER.
// Spec: RFC 7518 section 3.4.
Result<std::string> der_of(std::string_view raw, const Curve& curve) {
  const std::size_t size = curve.coordinate_bytes;
  if (raw.size() != 2 * size) return wrong_signature();
  BigNumber r(BN_bin2bn(as_bytes(raw), static_cast<int>(size), nullptr));
  BigNumber s(BN_bin2bn(as_bytes(raw.substr(size)), static_cast<int>(size), nullptr));
  const EcdsaSignature signature(ECDSA_SIG_new());
  if (r == nullptr || s == nullptr || signature == nullptr ||
      !succeeded(ECDSA_SIG_set0(signature.get(), r.get(), s.get()))) {
    return openssl_failure("reading an ECDSA signature");
  }
  // set0 has taken them over.
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  const int length = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (length <= 0) return openssl_failure("writing an ECDSA signature");
  std::string der(static_cast<std::size_t>(length), '\0');
  unsigned char* out = as_bytes(der);
  static_cast<void>(i2d_ECDSA_SIG(signature.get(), &out));
  return der;
}

// The digest of PSS's salt is as long as the hash, and MGF1 uses the same hash: RFC 7518 section
// 3.5.
bool set_padding(EVP_PKEY_CTX* context, Padding padding) {
  switch (padding) {
    case Padding::kNone: return true;
    case Padding::kPkcs1:
      return succeeded(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING));
    case Padding::kPss:
      return succeeded(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING)) &&
             succeeded(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST));
  }
  return false;
}

// Readies the key for an algorithm. It stays ready, for this costs a third of what verifying does.
Outcome make_ready(VerificationKey::Impl& key, const Algorithm& algorithm) {
  if (key.ready_for == &algorithm) return {};
  key.ready_for = nullptr;
  key.context.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key.key.get(), nullptr));
  EVP_PKEY_CTX* const context = key.context.get();
  if (context == nullptr || !succeeded(EVP_PKEY_verify_init(context)) ||
      !set_padding(context, algorithm.padding) ||
      !succeeded(EVP_PKEY_CTX_set_signature_md(context, fetched(algorithm.hash)))) {
    return openssl_failure("preparing to verify a token");
  }
  key.ready_for = &algorithm;
  return {};
}

// For the algorithms that sign a digest of the text.
Outcome check_digest(VerificationKey::Impl& key, const Algorithm& algorithm, std::string_view text,
                     std::string_view signature) {
  LK_CHECK(make_ready(key, algorithm));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (!succeeded(EVP_Digest(text.data(), text.size(), digest.data(), &size, fetched(algorithm.hash),
                            nullptr))) {
    return openssl_failure("hashing a token");
  }
  if (succeeded(EVP_PKEY_verify(key.context.get(), as_bytes(signature), signature.size(),
                                digest.data(), size))) {
    return {};
  }
  key.ready_for = nullptr;  // whatever it thinks of itself now
  return wrong_signature();
}

// For Ed25519, which signs the text itself.
Outcome check_whole(const VerificationKey::Impl& key, std::string_view text,
                    std::string_view signature) {
  const EvpDigestContext context(EVP_MD_CTX_new());
  if (context == nullptr || !succeeded(EVP_DigestVerifyInit(context.get(), nullptr, nullptr,
                                                            nullptr, key.key.get()))) {
    return openssl_failure("preparing to verify a token");
  }
  if (!succeeded(EVP_DigestVerify(context.get(), as_bytes(signature), signature.size(),
                                  as_bytes(text), text.size()))) {
    return wrong_signature();
  }
  return {};
}

}  // namespace

VerificationKey::VerificationKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  LK_ASSERT(impl_ != nullptr && impl_->key != nullptr && !impl_->algorithms.empty());
}
VerificationKey::VerificationKey(VerificationKey&&) noexcept = default;
VerificationKey& VerificationKey::operator=(VerificationKey&&) noexcept = default;
VerificationKey::~VerificationKey() = default;

const KeyId& VerificationKey::id() const { return impl_->id; }
const std::vector<std::string>& VerificationKey::algorithms() const { return impl_->algorithms; }

Result<VerifiedToken> VerificationKey::verify(const UnverifiedToken& token) const {
  // The key says what it does; the token's word is only compared with it.
  const Algorithm* const algorithm = algorithm_named(token.algorithm());
  if (algorithm == nullptr || std::ranges::find(impl_->algorithms, algorithm->name) ==
                                  impl_->algorithms.end()) {
    return fail(ErrorCode::kRefused, "the token's algorithm is not one of its key");
  }
  const std::string_view text = std::string_view(token.text_).substr(0, token.signed_bytes_);
  switch (algorithm->key_type) {
    case KeyType::kEc: {
      LK_TRY(const std::string der, der_of(token.signature_, *curve_named(algorithm->curve)));
      LK_CHECK(check_digest(*impl_, *algorithm, text, der));
      break;
    }
    case KeyType::kRsa: LK_CHECK(check_digest(*impl_, *algorithm, text, token.signature_)); break;
    case KeyType::kEd25519: LK_CHECK(check_whole(*impl_, text, token.signature_)); break;
  }
  LK_TRY(wire::Json claims, wire::Json::parse(token.payload_, kFetchedTokenBytesMax));
  if (!claims.is_object()) return fail(ErrorCode::kMalformed, "the token's claims are no object");
  return VerifiedToken(std::move(claims), token.type(), impl_->id);
}

}  // namespace latchkey::crypto
