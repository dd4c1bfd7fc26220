#include "latchkey/crypto/certificate.h"

#include <openssl/bio.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "latchkey/wire/base64.h"
#include "openssl.h"
#include "parsed_certificate.h"

namespace latchkey::crypto {
namespace {

using Names = Handle<GENERAL_NAMES, GENERAL_NAMES_free>;

// OPENSSL_free is a macro, which no template takes.
void free_text(unsigned char* text) { OPENSSL_free(text); }
using Text = Handle<unsigned char, free_text>;

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
// Every value in it is escaped, so that the text has one reading.
constexpr unsigned long kOneReading = XN_FLAG_RFC2253;

std::unexpected<Error> malformed(std::string what) {
  forget_openssl_errors();
  return fail(ErrorCode::kMalformed, std::move(what));
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Returns the bytes between the two lines, however the web server broke them.
Result<std::string> der_of(std::string_view pem) {
  while (!pem.empty() && is_space(pem.front())) pem.remove_prefix(1);
  while (!pem.empty() && is_space(pem.back())) pem.remove_suffix(1);
  const bool framed = pem.starts_with(kBegin) && pem.ends_with(kEnd);
  if (!framed || pem.size() < kBegin.size() + kEnd.size()) {
    return malformed("no certificate in PEM");
  }
  std::string body(pem.substr(kBegin.size(), pem.size() - kBegin.size() - kEnd.size()));
  std::erase_if(body, is_space);
  return wire::base64_decode(body);
}

Result<std::string> utf8_of(const ASN1_STRING* value) {
  unsigned char* raw = nullptr;
  const int size = ASN1_STRING_to_UTF8(&raw, value);
  const Text text(raw);
  if (size < 0) return malformed("a name in the certificate is no text");
  return std::string(reinterpret_cast<const char*>(text.get()), static_cast<std::size_t>(size));
}

// Returns the bytes of an alternative name, which is ASCII by its type; with a NUL inside it stays
// what it is, and nobody's name.
std::string raw_of(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

Result<std::string> text_of(const X509_NAME* name) {
  const Bio memory(BIO_new(BIO_s_mem()));
  LK_ASSERT(memory != nullptr);
  if (X509_NAME_print_ex(memory.get(), name, 0, kOneReading) < 0) {
    return malformed("a name in the certificate cannot be written");
  }
  return std::string(content_of(memory.get()));
}

Outcome read_subject(const X509_NAME* name, CertificateFacts& facts) {
  const int count = X509_NAME_entry_count(name);
  for (int at = 0; at < count; ++at) {
    const X509_NAME_ENTRY* const entry = X509_NAME_get_entry(name, at);
    const char* const type = OBJ_nid2sn(OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)));
    LK_TRY(std::string value, utf8_of(X509_NAME_ENTRY_get_data(entry)));
    facts.subject.emplace_back(type != nullptr ? type : "", std::move(value));
  }
  return {};
}

Outcome read_other_name(const OTHERNAME* other, AlternativeNames& names) {
  if (OBJ_obj2nid(other->type_id) != NID_ms_upn) return {};
  if (other->value->type != V_ASN1_UTF8STRING) return malformed("a principal name that is no text");
  LK_TRY(std::string upn, utf8_of(other->value->value.utf8string));
  names.upns.push_back(std::move(upn));
  return {};
}

Outcome read_alternative_names(const X509* certificate, AlternativeNames& into) {
  int critical = 0;  // -1: there is none, -2: there are several
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, nullptr)));
  if (names == nullptr) {
    if (critical != -1) return malformed("alternative names that cannot be read");
    return {};
  }
  const int count = sk_GENERAL_NAME_num(names.get());
  for (int at = 0; at < count; ++at) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), at);
    if (name->type == GEN_EMAIL) into.mails.push_back(raw_of(name->d.rfc822Name));
    if (name->type == GEN_DNS) into.dns.push_back(raw_of(name->d.dNSName));
    if (name->type == GEN_URI) into.uris.push_back(raw_of(name->d.uniformResourceIdentifier));
    if (name->type == GEN_OTHERNAME) LK_CHECK(read_other_name(name->d.otherName, into));
  }
  return {};
}

}  // namespace

Result<TimePoint> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return malformed("a time in the certificate is none");
  return from_unix(timegm(&parts));
}

Result<ParsedCertificate> parse_certificate(std::string_view pem) {
  if (pem.size() > kCertificateBytesMax) return malformed("the certificate is too long");
  LK_TRY(const std::string der, der_of(pem));
  const unsigned char* at = as_bytes(der);
  ParsedCertificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (certificate == nullptr || at != as_bytes(der) + der.size()) {
    return malformed("no certificate between the lines of PEM");
  }
  return certificate;
}

Result<CertificateFacts> read_certificate(std::string_view pem) {
  LK_TRY(const ParsedCertificate certificate, parse_certificate(pem));
  CertificateFacts facts;
  LK_CHECK(read_subject(X509_get_subject_name(certificate.get()), facts));
  LK_TRY(facts.subject_text, text_of(X509_get_subject_name(certificate.get())));
  LK_TRY(facts.issuer_text, text_of(X509_get_issuer_name(certificate.get())));
  LK_CHECK(read_alternative_names(certificate.get(), facts.names));
  LK_TRY(facts.not_before, time_of(X509_get0_notBefore(certificate.get())));
  LK_TRY(facts.not_after, time_of(X509_get0_notAfter(certificate.get())));
  return facts;
}

}  // namespace latchkey::crypto
