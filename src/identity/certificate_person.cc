#include <re2/re2.h>

#include <algorithm>
#include <span>
#include <vector>

#include "latchkey/crypto/certificate.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/distinguished_name.h"
#include "vouched_person.h"

namespace latchkey::identity {
namespace {

using config::CertificatePart;
using crypto::CertificateFacts;

std::unexpected<Error> refused(std::string detail) {
  return fail(ErrorCode::kRefused, "client certificate: " + std::move(detail));
}

// What is known where the web server hands the subject's name on and not the certificate.
Result<CertificateFacts> facts_of_names(const model::ClientCertificate& certificate) {
  CertificateFacts facts;
  if (certificate.subject.empty()) {
    return refused("the web server hands neither SSL_CLIENT_CERT nor SSL_CLIENT_S_DN on");
  }
  LK_TRY(facts.subject, wire::parse_distinguished_name(certificate.subject));
  facts.subject_text = certificate.subject;
  facts.issuer_text = certificate.issuer;
  return facts;
}

Result<CertificateFacts> facts_of(const model::ClientCertificate& certificate, TimePoint now) {
  if (certificate.pem.empty()) return facts_of_names(certificate);
  LK_TRY(CertificateFacts facts, crypto::read_certificate(certificate.pem));
  // The web server looked when the connection, or the session it resumes, was made.
  if (now < facts.not_before || now > facts.not_after) {
    return refused("its time is over or to come");
  }
  return facts;
}

std::vector<std::string> of_type(const CertificateFacts& facts, std::string_view type) {
  std::vector<std::string> values;
  for (const auto& [name, value] : facts.subject) {
    if (wire::equal_ignoring_case(name, type)) values.push_back(value);
  }
  return values;
}

std::vector<std::string> values_of(const CertificateFacts& facts, CertificatePart part) {
  switch (part) {
    case CertificatePart::kNone: return {};
    case CertificatePart::kSubject: return {facts.subject_text};
    case CertificatePart::kCommonName: return of_type(facts, "CN");
    case CertificatePart::kSubjectMail: return of_type(facts, "emailAddress");
    case CertificatePart::kUserId: return of_type(facts, "UID");
    case CertificatePart::kSerialNumber: return of_type(facts, "serialNumber");
    case CertificatePart::kOrganization: return of_type(facts, "O");
    case CertificatePart::kUnit: return of_type(facts, "OU");
    case CertificatePart::kMail: return facts.names.mails;
    case CertificatePart::kPrincipalName: return facts.names.upns;
    case CertificatePart::kDns: return facts.names.dns;
    case CertificatePart::kUri: return facts.names.uris;
  }
  return {};
}

// Keeps what the pattern finds; of a pattern with a group, what is in the group.
std::vector<std::string> matching(std::vector<std::string> values, const std::string& pattern) {
  if (pattern.empty()) return values;
  const RE2 regex(pattern, RE2::Quiet);
  std::vector<std::string> found;
  for (std::string& value : values) {
    std::string name = value;
    const bool matches = regex.NumberOfCapturingGroups() == 0
                             ? RE2::FullMatch(value, regex)
                             : RE2::FullMatch(value, regex, &name);
    if (matches) found.push_back(std::move(name));
  }
  return found;
}

// Several values are several people: whoever chose the first or the last would let the holder
// choose (a subject may well have two CN).
Result<std::string> the_only_name(std::vector<std::string> names) {
  if (names.empty()) return refused("the part that holds the user name is not in it, or not so");
  if (names.size() > 1) return refused("several values that could be the user name");
  return std::move(names.front());
}

std::string only_or_empty(std::vector<std::string> values) {
  return values.size() == 1 ? std::move(values.front()) : std::string();
}

}  // namespace

Result<VouchedPerson> person_of(const config::Certificate& settings,
                                const model::ClientCertificate& certificate, TimePoint now) {
  const Result<CertificateFacts> facts = facts_of(certificate, now);
  if (!facts) return fail(ErrorCode::kRefused, facts.error().detail);
  // A name that the web server hands on is of any authority it trusts, for whichever of its sites.
  if (certificate.pem.empty() && settings.issuers.empty()) {
    return refused("only its names are handed on; write certificate.issuers, or hand "
                   "SSL_CLIENT_CERT on");
  }
  if (!settings.issuers.empty() &&
      std::ranges::find(settings.issuers, facts->issuer_text) == settings.issuers.end()) {
    return refused("its issuer is none of certificate.issuers");
  }
  VouchedPerson person;
  LK_TRY(person.profile.user_name,
         the_only_name(matching(values_of(*facts, settings.user_name), settings.pattern)));
  if (settings.lower_case) person.profile.user_name = wire::to_lower(person.profile.user_name);
  person.profile.groups = values_of(*facts, settings.groups);
  person.profile.mail = only_or_empty(values_of(*facts, settings.mail));
  person.profile.mail_verified = !person.profile.mail.empty();  // the authority wrote it
  person.profile.display_name = only_or_empty(values_of(*facts, settings.display_name));
  person.valid_from = facts->not_before;
  person.valid_until = certificate.pem.empty() ? now : facts->not_after;
  return person;
}

}  // namespace latchkey::identity
