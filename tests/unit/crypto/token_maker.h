// Makes keys and tokens for tests, good and bad ones, with OpenSSL alone: what is under test has no
// part in it.
#pragma once

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <string>
#include <string_view>

#include "../../../src/crypto/public_key.h"
#include "latchkey/crypto/jwks.h"
#include "latchkey/wire/base64.h"

namespace latchkey::crypto::testing {

inline EvpKey make_rsa(int bits, unsigned long exponent = 65537) {
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  const BigNumber e(BN_new());
  BN_set_word(e.get(), exponent);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_keygen_init(context.get());
  EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), bits);
  EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), e.get());
  EVP_PKEY_generate(context.get(), &key);
  return EvpKey(key);
}
inline EvpKey make_ec(const char* curve) { return EvpKey(EVP_EC_gen(curve)); }
inline EvpKey make_ed25519() { return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

// One of each for the whole run: making them takes longer than the tests.
inline EVP_PKEY* rsa_2048() {
  static const EvpKey key = make_rsa(2048);
  return key.get();
}
inline EVP_PKEY* other_rsa_2048() {
  static const EvpKey key = make_rsa(2048);
  return key.get();
}
inline EVP_PKEY* p256() {
  static const EvpKey key = make_ec("P-256");
  return key.get();
}
inline EVP_PKEY* key_for(std::string_view algorithm) {
  static const EvpKey p384 = make_ec("P-384");
  static const EvpKey p521 = make_ec("P-521");
  static const EvpKey ed25519 = make_ed25519();
  if (algorithm == "ES256") return p256();
  if (algorithm == "ES384") return p384.get();
  if (algorithm == "ES512") return p521.get();
  if (algorithm == "EdDSA") return ed25519.get();
  return rsa_2048();
}

inline EvpKey copy_of(EVP_PKEY* key) {
  EVP_PKEY_up_ref(key);
  return EvpKey(key);
}
inline VerificationKey verifier(EVP_PKEY* key, std::vector<std::string> algorithms,
                                std::string id = "k1") {
  return make_verification_key(KeyId(std::move(id)), std::move(algorithms), copy_of(key));
}

// The JWK of a key with more members at its end, for example R"("use":"sig")".
inline std::string jwk(EVP_PKEY* key, const std::string& more = "") {
  const std::string required = required_members(key);
  return required.substr(0, required.size() - 1) + (more.empty() ? "" : "," + more) + "}";
}
inline std::string set_of(const std::string& jwks) { return R"({"keys":[)" + jwks + "]}"; }

inline std::string public_pem(EVP_PKEY* key) {
  const Handle<BIO, BIO_free_all> bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(bio.get(), key);
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}
inline std::string private_pem(EVP_PKEY* key) {
  const Handle<BIO, BIO_free_all> bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

inline std::string b64(std::string_view bytes) { return wire::base64url_encode(bytes); }

// r || s of a DER signature, each in `size` bytes.
inline std::string raw_ecdsa(const std::string& der, std::size_t size) {
  const unsigned char* in = as_bytes(der);
  const Handle<ECDSA_SIG, ECDSA_SIG_free> sig(
      d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  std::string raw(2 * size, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(sig.get()), as_bytes(raw), static_cast<int>(size));
  BN_bn2binpad(ECDSA_SIG_get0_s(sig.get()), as_bytes(raw) + size, static_cast<int>(size));
  return raw;
}

// The signature of `text` as `algorithm` asks, over any text: not base64url, not checked.
inline std::string signature_of(std::string_view text, EVP_PKEY* key, std::string_view algorithm) {
  const EVP_MD* md = algorithm == "EdDSA"          ? nullptr
                     : algorithm.ends_with("256") ? EVP_sha256()
                     : algorithm.ends_with("384") ? EVP_sha384()
                                                  : EVP_sha512();
  const EvpDigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;
  EVP_DigestSignInit(context.get(), &key_context, md, nullptr, key);
  if (algorithm.starts_with("PS")) {
    EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST);
  }
  std::size_t length = 0;
  EVP_DigestSign(context.get(), nullptr, &length, as_bytes(text), text.size());
  std::string signature(length, '\0');
  EVP_DigestSign(context.get(), as_bytes(signature), &length, as_bytes(text), text.size());
  signature.resize(length);
  if (algorithm == "ES256") return raw_ecdsa(signature, 32);
  if (algorithm == "ES384") return raw_ecdsa(signature, 48);
  if (algorithm == "ES512") return raw_ecdsa(signature, 66);
  return signature;
}

inline std::string sign_text(const std::string& header, const std::string& payload, EVP_PKEY* key,
                             std::string_view algorithm) {
  const std::string text = b64(header) + "." + b64(payload);
  return text + "." + b64(signature_of(text, key, algorithm));
}

// A token with HMAC-SHA256 in the place of its signature.
inline std::string hmac_text(const std::string& header, const std::string& payload,
                             const std::string& secret) {
  const std::string text = b64(header) + "." + b64(payload);
  std::string tag(32, '\0');
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), as_bytes(text), text.size(),
       as_bytes(tag), nullptr);
  return text + "." + b64(tag);
}

inline std::string header_of(std::string_view algorithm) {
  return R"({"alg":")" + std::string(algorithm) + R"(","kid":"k1","typ":"JWT"})";
}

inline constexpr const char* kClaims = R"({"iss":"https://issuer.test","aud":"a","exp":2000000000})";

inline std::string good_token(std::string_view algorithm = "RS256") {
  return sign_text(header_of(algorithm), kClaims, key_for(algorithm), algorithm);
}

// Parses and verifies in one step.
inline Result<VerifiedToken> check(const VerificationKey& key, std::string_view text) {
  LK_TRY(const UnverifiedToken token, UnverifiedToken::parse(text));
  return key.verify(token);
}

}  // namespace latchkey::crypto::testing
