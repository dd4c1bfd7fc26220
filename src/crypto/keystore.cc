#include "latchkey/crypto/keystore.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include <array>
#include <cstdint>

#include "latchkey/wire/chars.h"
#include "openssl.h"

namespace latchkey::crypto {
namespace {

using Certificate = Handle<X509, X509_free>;
using Pkcs12 = Handle<PKCS12, PKCS12_free>;
using Provider = Handle<OSSL_PROVIDER, OSSL_PROVIDER_unload>;

constexpr std::uint32_t kJceks = 0xCECECECE;
constexpr std::uint32_t kJks = 0xFEEDFEED;
constexpr std::uint32_t kVersion = 2;
constexpr std::uint32_t kPrivateKey = 1;
constexpr std::uint32_t kTrustedCertificate = 2;
constexpr std::uint32_t kEntriesMax = 1000;
constexpr std::size_t kDigestBytes = 20;
constexpr std::string_view kSalt = "Mighty Aphrodite";  // Java's own joke, part of the format

std::unexpected<Error> malformed(std::string what) {
  forget_openssl_errors();
  return fail(ErrorCode::kMalformed, "keystore: " + std::move(what));
}

// Numbers and texts in the order of Java's DataInputStream.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  Result<std::string_view> take(std::size_t count) {
    if (count > rest_.size()) return malformed("cut off");
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  Result<std::uint32_t> number(std::size_t bytes = 4) {
    LK_TRY(const std::string_view raw, take(bytes));
    std::uint32_t value = 0;
    for (const char c : raw) value = value << 8U | static_cast<unsigned char>(c);
    return value;
  }
  Result<std::string_view> text() {
    LK_TRY(const std::uint32_t size, number(2));
    return take(size);
  }
  Result<std::string_view> block() {
    LK_TRY(const std::uint32_t size, number());
    return take(size);
  }
  Result<std::string_view> certificate() {
    LK_TRY(const std::string_view type, text());
    if (type != "X.509") return malformed("a certificate of another kind");
    return block();
  }

 private:
  std::string_view rest_;
};

Result<std::string> pem_of(EVP_PKEY* key) {
  const Bio memory(BIO_new(BIO_s_mem()));
  if (key == nullptr || memory == nullptr ||
      !succeeded(PEM_write_bio_PUBKEY(memory.get(), key))) {
    return malformed("a certificate without a usable key");
  }
  return std::string(content_of(memory.get()));
}

Result<std::string> public_key_of(std::string_view der) {
  const unsigned char* at = as_bytes(der);
  const Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (certificate == nullptr) return malformed("a certificate that is none");
  return pem_of(X509_get0_pubkey(certificate.get()));
}

// SHA-1 over the password in UTF-16, the salt and the file tells a changed file; it hides nothing.
Outcome check_digest(std::string_view bytes, const SecretString& password) {
  std::string text;
  for (const char c : password.reveal()) {
    if ((static_cast<unsigned char>(c) & 0x80U) != 0) {
      return malformed("a password that is not ASCII");
    }
    text += '\0';
    text += c;
  }
  text += kSalt;
  text += bytes.substr(0, bytes.size() - kDigestBytes);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  const bool made =
      succeeded(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr));
  wipe(text);
  if (!made) return openssl_failure("SHA-1");
  const std::string_view ours(reinterpret_cast<const char*>(digest.data()), kDigestBytes);
  if (equal_in_constant_time(ours, bytes.substr(bytes.size() - kDigestBytes))) return {};
  return fail(ErrorCode::kRefused, "keystore: another password, or a changed file");
}

// Reads one entry. Returns the key when it is the one that is looked for, else an empty text.
Result<std::string> entry(Reader& reader, std::string_view alias) {
  LK_TRY(const std::uint32_t kind, reader.number());
  LK_TRY(const std::string_view name, reader.text());
  LK_CHECK(reader.take(8));  // when it was made
  std::uint32_t certificates = 1;
  if (kind == kPrivateKey) {
    LK_CHECK(reader.block());  // the private key, which stays closed
    LK_TRY(certificates, reader.number());
  } else if (kind != kTrustedCertificate) {
    return malformed("a secret key stands before the entry " + std::string(alias) +
                     "; copy that one out first: keytool -importkeystore -srcalias " +
                     std::string(alias) + " -srckeystore OLD -destkeystore NEW");
  }
  std::string found;
  for (std::uint32_t at = 0; at < certificates; ++at) {
    LK_TRY(const std::string_view der, reader.certificate());
    if (at > 0 || !wire::equal_ignoring_case(name, alias)) continue;
    LK_TRY(found, public_key_of(der));
  }
  return found;
}

std::unexpected<Error> no_such_entry(std::string_view alias) {
  return fail(ErrorCode::kNotFound, "keystore: no certificate of the entry " + std::string(alias));
}

Result<std::string> from_java(std::string_view bytes, const SecretString& password,
                              std::string_view alias) {
  if (bytes.size() < 12 + kDigestBytes) return malformed("cut off");
  LK_CHECK(check_digest(bytes, password));
  Reader reader(bytes.substr(4, bytes.size() - 4 - kDigestBytes));
  LK_TRY(const std::uint32_t version, reader.number());
  LK_TRY(const std::uint32_t count, reader.number());
  if (version != kVersion || count > kEntriesMax) return malformed("a version that is not known");
  for (std::uint32_t at = 0; at < count; ++at) {
    LK_TRY(std::string found, entry(reader, alias));
    if (!found.empty()) return found;
  }
  return no_such_entry(alias);
}

Result<std::string> from_pkcs12(std::string_view bytes, const SecretString& password,
                                std::string_view alias) {
  // Java before 17 wrote these with RC2, which OpenSSL keeps apart.
  const Provider common(OSSL_PROVIDER_load(nullptr, "default"));
  const Provider old(OSSL_PROVIDER_load(nullptr, "legacy"));
  const unsigned char* at = as_bytes(bytes);
  const Pkcs12 store(d2i_PKCS12(nullptr, &at, static_cast<long>(bytes.size())));
  if (store == nullptr) return malformed("neither JCEKS nor JKS nor PKCS#12");
  const std::string text(password.reveal());
  EVP_PKEY* raw_key = nullptr;
  X509* raw_certificate = nullptr;
  const bool opened =
      succeeded(PKCS12_parse(store.get(), text.c_str(), &raw_key, &raw_certificate, nullptr));
  const EvpKey key(raw_key);
  const Certificate certificate(raw_certificate);
  forget_openssl_errors();
  if (!opened) return fail(ErrorCode::kRefused, "keystore: another password, or a changed file");
  if (certificate == nullptr) return no_such_entry(alias);
  return pem_of(X509_get0_pubkey(certificate.get()));
}

}  // namespace

Result<std::string> public_key_of_keystore(std::string_view bytes, const SecretString& password,
                                           std::string_view alias) {
  if (bytes.size() > kKeystoreBytesMax) return malformed("too long");
  LK_TRY(const std::uint32_t magic, Reader(bytes).number());
  if (magic == kJceks || magic == kJks) return from_java(bytes, password, alias);
  return from_pkcs12(bytes, password, alias);
}

}  // namespace latchkey::crypto
