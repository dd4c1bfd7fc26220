#include "public_key.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>

#include "latchkey/wire/base64.h"

namespace latchkey::crypto {
namespace {

constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;
// A longer exponent only makes each verification dearer.
constexpr int kRsaExponentBitsMax = 64;
constexpr std::size_t kEd25519Bytes = 32;
constexpr char kUncompressedPoint = 4;

using ParamBuilder = Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Handle<OSSL_PARAM, OSSL_PARAM_free>;

Result<EvpKey> from_params(const char* type, OSSL_PARAM* params) {
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (context == nullptr || !succeeded(EVP_PKEY_fromdata_init(context.get())) ||
      !succeeded(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params))) {
    forget_openssl_errors();
    return fail(ErrorCode::kRefused, std::string("a key of type ") + type + " is not sound");
  }
  return EvpKey(key);
}

// RFC 7518 section 6.3.1: the shortest spelling of the number, so that a key has one thumbprint.
Result<BigNumber> number_of(const wire::Json& jwk, std::string_view member) {
  LK_TRY(const std::string text, jwk.string(member));
  LK_TRY(const std::string bytes, wire::base64url_decode(text));
  if (bytes.empty() || bytes.front() == '\0' || bytes.size() > kRsaBitsMax / 8) {
    return fail(ErrorCode::kMalformed, "a number of a key is empty, padded or too long");
  }
  return BigNumber(BN_bin2bn(as_bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

Result<EvpKey> rsa_from_jwk(const wire::Json& jwk) {
  LK_TRY(const BigNumber n, number_of(jwk, "n"));
  LK_TRY(const BigNumber e, number_of(jwk, "e"));
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      !succeeded(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get())) ||
      !succeeded(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()))) {
    return openssl_failure("building an RSA key");
  }
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  LK_TRY(EvpKey key, from_params("RSA", params.get()));
  LK_CHECK(check_rsa(key.get()));
  return key;
}

Result<std::string> fixed_member(const wire::Json& jwk, std::string_view member, std::size_t size) {
  LK_TRY(const std::string text, jwk.string(member));
  LK_TRY(std::string bytes, wire::base64url_decode(text));
  if (bytes.size() != size) return fail(ErrorCode::kMalformed, "a coordinate has the wrong length");
  return bytes;
}

Result<EvpKey> ec_from_jwk(const wire::Json& jwk) {
  LK_TRY(std::string name, jwk.string("crv"));
  const Curve* const curve = curve_named(name);
  if (curve == nullptr) return fail(ErrorCode::kRefused, "an unknown curve");
  LK_TRY(const std::string x, fixed_member(jwk, "x", curve->coordinate_bytes));
  LK_TRY(const std::string y, fixed_member(jwk, "y", curve->coordinate_bytes));
  std::string point = kUncompressedPoint + x + y;
  std::array<OSSL_PARAM, 3> params{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  LK_TRY(EvpKey key, from_params("EC", params.data()));
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (context == nullptr || !succeeded(EVP_PKEY_public_check(context.get()))) {
    forget_openssl_errors();
    return fail(ErrorCode::kRefused, "a point that is not on its curve");
  }
  return key;
}

Result<EvpKey> ed25519_from_jwk(const wire::Json& jwk) {
  LK_TRY(const std::string name, jwk.string("crv"));
  if (name != "Ed25519") return fail(ErrorCode::kRefused, "an unknown curve");
  LK_TRY(std::string x, fixed_member(jwk, "x", kEd25519Bytes));
  std::array<OSSL_PARAM, 2> params{
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, x.data(), x.size()),
      OSSL_PARAM_construct_end()};
  return from_params("ED25519", params.data());
}

BigNumber number_in(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  LK_ASSERT(succeeded(EVP_PKEY_get_bn_param(key, name, &number)));
  return BigNumber(number);
}

// `size` 0 means the shortest spelling.
std::string base64url_of(const BIGNUM* number, std::size_t size) {
  std::string bytes(size == 0 ? static_cast<std::size_t>(BN_num_bytes(number)) : size, '\0');
  LK_ASSERT(BN_bn2binpad(number, as_bytes(bytes), static_cast<int>(bytes.size())) >= 0);
  return wire::base64url_encode(bytes);
}

Result<EvpKey> sound_rsa(EvpKey key) {
  forget_openssl_errors();
  if (key == nullptr) return fail(ErrorCode::kRefused, "no readable key in PEM");
  LK_TRY(const KeyType type, type_of(key.get()));
  if (type != KeyType::kRsa) return fail(ErrorCode::kRefused, "not an RSA key");
  LK_CHECK(check_rsa(key.get()));
  return key;
}

}  // namespace

VerificationKey make_verification_key(KeyId id, std::vector<std::string> algorithms, EvpKey key) {
  return VerificationKey(std::make_unique<VerificationKey::Impl>(
      VerificationKey::Impl{std::move(id), std::move(algorithms), std::move(key)}));
}

bool is_key_id(std::string_view id) {
  if (id.empty() || id.size() > kKeyIdBytesMax) return false;
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:.=+/@";
  return id.find_first_not_of(kAlphabet) == std::string_view::npos &&
         id.find("..") == std::string_view::npos;
}

bool may_name_file(const KeyId& id) { return is_key_id(id.text()) && !id.text().contains('/'); }

Result<EvpKey> key_from_jwk(const wire::Json& jwk) {
  LK_TRY(const std::string type, jwk.string("kty"));
  if (type == "RSA") return rsa_from_jwk(jwk);
  if (type == "EC") return ec_from_jwk(jwk);
  if (type == "OKP") return ed25519_from_jwk(jwk);
  return fail(ErrorCode::kRefused, "a type of key we do not verify with");
}

Outcome check_rsa(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < kRsaBitsMin || bits > kRsaBitsMax) {
    return fail(ErrorCode::kRefused, "an RSA key of " + std::to_string(bits) + " bits");
  }
  const BigNumber n = number_in(key, OSSL_PKEY_PARAM_RSA_N);
  const BigNumber e = number_in(key, OSSL_PKEY_PARAM_RSA_E);
  if (BN_is_odd(n.get()) == 0 || BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) == 1 ||
      BN_num_bits(e.get()) > kRsaExponentBitsMax) {
    return fail(ErrorCode::kRefused, "an RSA key with an unsound modulus or exponent");
  }
  return {};
}

Result<KeyType> type_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) return KeyType::kRsa;
  if (EVP_PKEY_is_a(key, "EC") == 1) return KeyType::kEc;
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return KeyType::kEd25519;
  return fail(ErrorCode::kRefused, "a type of key we do not verify with");
}

std::string curve_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return "Ed25519";
  if (EVP_PKEY_is_a(key, "EC") != 1) return {};
  switch (EVP_PKEY_get_bits(key)) {
    case 256: return "P-256";
    case 384: return "P-384";
    default: return "P-521";
  }
}

std::string required_members(const EVP_PKEY* key) {
  // Base64url and constants: nothing here can need an escape.
  const std::string curve = curve_of(key);
  if (curve.empty()) {
    const std::string e = base64url_of(number_in(key, OSSL_PKEY_PARAM_RSA_E).get(), 0);
    const std::string n = base64url_of(number_in(key, OSSL_PKEY_PARAM_RSA_N).get(), 0);
    return R"({"e":")" + e + R"(","kty":"RSA","n":")" + n + R"("})";
  }
  if (curve == "Ed25519") {
    std::string raw(kEd25519Bytes, '\0');
    std::size_t length = raw.size();
    LK_ASSERT(succeeded(EVP_PKEY_get_raw_public_key(key, as_bytes(raw), &length)));
    return R"({"crv":"Ed25519","kty":"OKP","x":")" + wire::base64url_encode(raw) + R"("})";
  }
  const std::size_t size = curve_named(curve)->coordinate_bytes;
  const std::string x = base64url_of(number_in(key, OSSL_PKEY_PARAM_EC_PUB_X).get(), size);
  const std::string y = base64url_of(number_in(key, OSSL_PKEY_PARAM_EC_PUB_Y).get(), size);
  return R"({"crv":")" + curve + R"(","kty":"EC","x":")" + x + R"(","y":")" + y + R"("})";
}

KeyId thumbprint(const EVP_PKEY* key) {
  return KeyId(wire::base64url_encode(sha256(required_members(key)).bytes()));
}

EvpKey make_typable(const std::function<EvpKey()>& make) {
  EvpKey key = make();
  while (key != nullptr && thumbprint(key.get()).text().starts_with('-')) key = make();
  return key;
}

Result<EvpKey> rsa_from_public_pem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return sound_rsa(EvpKey(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_pass_phrase, nullptr)));
}

Result<EvpKey> rsa_from_private_pem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return sound_rsa(EvpKey(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr)));
}

}  // namespace latchkey::crypto
