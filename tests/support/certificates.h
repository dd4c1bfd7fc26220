// Client certificates for tests, with any bytes in them that an authority might sign.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/handle.h"
#include "latchkey/base/result.h"

namespace latchkey {

struct CertificatePlan {
  std::vector<std::pair<std::string, std::string>> subject;  // types and values, any bytes
  std::vector<std::string> mails{};
  std::vector<std::string> upns{};
  std::vector<std::string> uris{};
  TimePoint not_before = from_unix(1'700'000'000);
  TimePoint not_after = from_unix(1'900'000'000);
  std::string issuer = "People CA";
  std::string key = "people's";  // which authority's key signs, whatever its name
};

inline void add_name(X509_NAME* name, const std::string& type, const std::string& value) {
  LK_ASSERT(X509_NAME_add_entry_by_txt(
                name, type.c_str(), MBSTRING_UTF8,
                reinterpret_cast<const unsigned char*>(value.data()), static_cast<int>(value.size()),
                -1, 0) == 1);
}

inline ASN1_STRING* text_of_type(int type, const std::string& value) {
  ASN1_STRING* const text = ASN1_STRING_type_new(type);
  LK_ASSERT(ASN1_STRING_set(text, value.data(), static_cast<int>(value.size())) == 1);
  return text;
}

inline void add_alternative_names(X509* certificate, const CertificatePlan& plan) {
  const Handle<GENERAL_NAMES, GENERAL_NAMES_free> names(sk_GENERAL_NAME_new_null());
  const auto add = [&](int type, const std::string& value) {
    GENERAL_NAME* const name = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(name, type, text_of_type(V_ASN1_IA5STRING, value));
    sk_GENERAL_NAME_push(names.get(), name);
  };
  for (const std::string& mail : plan.mails) add(GEN_EMAIL, mail);
  for (const std::string& uri : plan.uris) add(GEN_URI, uri);
  for (const std::string& upn : plan.upns) {
    GENERAL_NAME* const name = GENERAL_NAME_new();
    ASN1_TYPE* const value = ASN1_TYPE_new();
    ASN1_TYPE_set(value, V_ASN1_UTF8STRING, text_of_type(V_ASN1_UTF8STRING, upn));
    GENERAL_NAME_set0_othername(name, OBJ_nid2obj(NID_ms_upn), value);
    sk_GENERAL_NAME_push(names.get(), name);
  }
  if (sk_GENERAL_NAME_num(names.get()) == 0) return;
  LK_ASSERT(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) == 1);
}

// Returns the key of this name, made at first use.
inline EVP_PKEY* key_named(const std::string& name) {
  static std::map<std::string, Handle<EVP_PKEY, EVP_PKEY_free>> keys;
  auto& key = keys[name];
  if (key == nullptr) key.reset(EVP_EC_gen("P-256"));
  return key.get();
}

inline void add_issuer(X509_NAME* name, const CertificatePlan& plan) {
  add_name(name, "O", "Example");
  add_name(name, "CN", plan.issuer);
}

inline std::string pem_of(X509* certificate) {
  const Handle<BIO, BIO_free> memory(BIO_new(BIO_s_mem()));
  LK_ASSERT(PEM_write_bio_X509(memory.get(), certificate) == 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

inline void begin(X509* certificate, const CertificatePlan& plan, int number) {
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), number);
  ASN1_TIME_set(X509_getm_notBefore(certificate), to_unix(plan.not_before));
  ASN1_TIME_set(X509_getm_notAfter(certificate), to_unix(plan.not_after));
  X509_set_pubkey(certificate, key_named(plan.key));
  add_issuer(X509_get_issuer_name(certificate), plan);
}

// Adds an extension by its text. Keys are told apart by these where authorities share a name.
// Spec: RFC 5280 section 4.2.1.
inline void add_extension(X509* issuer, X509* certificate, int kind, const char* text) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, text));
  LK_ASSERT(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

using MadeCertificate = Handle<X509, X509_free>;

inline MadeCertificate make_authority(const CertificatePlan& plan) {
  MadeCertificate certificate(X509_new());
  begin(certificate.get(), plan, 1);
  add_issuer(X509_get_subject_name(certificate.get()), plan);
  add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  LK_ASSERT(X509_sign(certificate.get(), key_named(plan.key), EVP_sha256()) > 0);
  return certificate;
}

// Returns the certificate, in PEM, of the authority that signs for such a plan.
inline std::string authority_of(const CertificatePlan& plan) {
  return pem_of(make_authority(plan).get());
}

// Returns the certificate in PEM.
inline std::string certificate_of(const CertificatePlan& plan) {
  const MadeCertificate certificate(X509_new());
  begin(certificate.get(), plan, 7);
  for (const auto& [type, value] : plan.subject) {
    add_name(X509_get_subject_name(certificate.get()), type, value);
  }
  add_alternative_names(certificate.get(), plan);
  add_extension(make_authority(plan).get(), certificate.get(), NID_authority_key_identifier,
                "keyid:always");
  LK_ASSERT(X509_sign(certificate.get(), key_named(plan.key), EVP_sha256()) > 0);
  return pem_of(certificate.get());
}

}  // namespace latchkey
