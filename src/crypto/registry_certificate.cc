#include "registry_certificate.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <array>
#include <cstdint>
#include <ctime>

#include "latchkey/crypto/digest.h"
#include "public_key.h"

namespace latchkey::crypto {
namespace {

using Certificate = Handle<X509, X509_free>;

constexpr const char* kCurve = "P-256";
constexpr const char* kEndOfTime = "99991231235959Z";  // RFC 5280 section 4.1.2.5: no end
constexpr const char* kSubject = "latchkey registry tokens";
constexpr std::size_t kLibtrustBytes = 30;

Result<EvpKey> on_p256(EvpKey key) {
  forget_openssl_errors();
  if (key == nullptr) return fail(ErrorCode::kRefused, "no readable key in PEM");
  if (curve_of(key.get()) != kCurve) return fail(ErrorCode::kRefused, "not a key on P-256");
  return key;
}

RegistryKeyInfo info_of(const EVP_PKEY* key, TimePoint signs_from) {
  return {.thumbprint = thumbprint(key), .libtrust = libtrust_id(key), .signs_from = signs_from};
}

bool fill(X509* certificate, EVP_PKEY* key, TimePoint signs_from) {
  std::array<unsigned char, 8> serial{};
  std::uint64_t number = 0;
  if (!succeeded(RAND_bytes(serial.data(), serial.size()))) return false;
  for (const unsigned char byte : serial) number = number << 8 | byte;
  X509_NAME* const name = X509_get_subject_name(certificate);
  return succeeded(X509_set_version(certificate, X509_VERSION_3)) &&
         succeeded(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number >> 1 | 1)) &&
         ASN1_TIME_set(X509_getm_notBefore(certificate), to_unix(signs_from)) != nullptr &&
         succeeded(ASN1_TIME_set_string(X509_getm_notAfter(certificate), kEndOfTime)) &&
         succeeded(X509_NAME_add_entry_by_txt(
             name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(kSubject), -1, -1,
             0)) &&
         succeeded(X509_set_issuer_name(certificate, name)) &&
         succeeded(X509_set_pubkey(certificate, key)) &&
         X509_sign(certificate, key, fetched(Hash::kSha256)) > 0;
}

Result<TimePoint> begin_of(const X509* certificate) {
  std::tm time{};
  if (!succeeded(ASN1_TIME_to_tm(X509_get0_notBefore(certificate), &time))) {
    forget_openssl_errors();
    return fail(ErrorCode::kRefused, "a certificate without a time");
  }
  return from_unix(timegm(&time));
}

}  // namespace

KeyId libtrust_id(const EVP_PKEY* key) {
  unsigned char* raw = nullptr;
  const int length = i2d_PUBKEY(key, &raw);
  LK_ASSERT(length > 0);
  const std::string der(reinterpret_cast<const char*>(raw), static_cast<std::size_t>(length));
  OPENSSL_free(raw);
  constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const Digest digest = sha256(der);
  std::string id;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char byte : digest.bytes().substr(0, kLibtrustBytes)) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (held += 8; held >= 5; held -= 5) {
      if (id.size() % 5 == 4) id += ':';
      id += kBase32[bits >> (held - 5) & 31];
    }
  }
  return KeyId(std::move(id));
}

Result<RegistryKeyPair> generate_registry_key(TimePoint signs_from) {
  const EvpKey key = make_typable([] { return EvpKey(EVP_EC_gen(kCurve)); });
  const Certificate certificate(X509_new());
  // The private key's buffer is wiped when it is freed.
  const Bio private_bio(BIO_new(BIO_s_secmem()));
  const Bio public_bio(BIO_new(BIO_s_mem()));
  if (key == nullptr || certificate == nullptr || private_bio == nullptr ||
      public_bio == nullptr || !fill(certificate.get(), key.get(), signs_from) ||
      !succeeded(PEM_write_bio_PKCS8PrivateKey(private_bio.get(), key.get(), nullptr, nullptr, 0,
                                               nullptr, nullptr)) ||
      !succeeded(PEM_write_bio_X509(public_bio.get(), certificate.get()))) {
    return openssl_failure("making a key for registries");
  }
  return RegistryKeyPair{info_of(key.get(), signs_from),
                         SecretString(content_of(private_bio.get())),
                         std::string(content_of(public_bio.get()))};
}

Result<RegistryCertificate> read_registry_certificate(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, no_pass_phrase, nullptr));
  forget_openssl_errors();
  if (certificate == nullptr) return fail(ErrorCode::kRefused, "no certificate in PEM");
  LK_TRY(EvpKey key, on_p256(EvpKey(X509_get_pubkey(certificate.get()))));
  LK_TRY(const TimePoint begin, begin_of(certificate.get()));
  RegistryKeyInfo info = info_of(key.get(), begin);
  return RegistryCertificate{std::move(info), std::move(key)};
}

Result<EvpKey> read_registry_private_key(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return on_p256(EvpKey(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr)));
}

}  // namespace latchkey::crypto
