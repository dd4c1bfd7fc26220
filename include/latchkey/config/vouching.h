// [certificate] and [remote_user]: when the web server's word about a person is believed, and how
// it becomes a user name.
#pragma once

#include <string>
#include <vector>

namespace latchkey::config {

// A part of a certificate.
enum class CertificatePart {
  kNone,
  kSubject,  // all of it, as RFC 4514 writes it
  kCommonName,
  kSubjectMail,
  kUserId,
  kSerialNumber,
  kOrganization,
  kUnit,
  kMail,  // from here on: of the subject's alternative name
  kPrincipalName,
  kDns,
  kUri,
};

// What both have in common. `kind` is the word of the section; the account's issuer is made of it.
struct Vouching {
  bool enabled = false;            // this web server sets the variables
  std::string name;                // empty, or which of several such sources it is
  std::vector<std::string> hosts;  // of site.hosts; empty: all
  bool lower_case = false;         // letters of the user name become small ones
  std::string same_people_as;      // the provider whose accounts these are, too; empty: nobody's
  bool operator==(const Vouching&) const = default;
};

struct Certificate : Vouching {
  CertificatePart user_name = CertificatePart::kCommonName;
  CertificatePart groups = CertificatePart::kNone;
  CertificatePart mail = CertificatePart::kNone;
  CertificatePart display_name = CertificatePart::kNone;
  std::string pattern;               // RE2, of the whole value, at most one group; may be empty
  std::string ca_file;               // PEM: whose certificates count, whatever a web server trusts
  std::vector<std::string> issuers;  // RFC 4514; empty: all of ca_file
  bool operator==(const Certificate&) const = default;
};

enum class Realm { kCut, kKeep };

struct RemoteUser : Vouching {
  std::string variable = "REMOTE_USER";
  std::vector<std::string> realms;   // of `user@REALM`, exact; empty: no name may have one
  std::vector<std::string> domains;  // of `DOMAIN\user`, in any case; likewise
  Realm realm = Realm::kCut;
  std::vector<std::string> authorization_schemes{"Negotiate"};  // the web server's own
  std::string groups_variable;  // empty: none; likewise below
  std::string groups_delimiter = ",";
  std::string mail_variable;
  std::string display_name_variable;
  bool operator==(const RemoteUser&) const = default;
};

// Returns the issuer of the accounts: the kind ("certificate", "remote-user"), and behind a colon
// the name, if there is one. No provider's issuer looks like that.
std::string issuer_of(const Certificate& certificate);
std::string issuer_of(const RemoteUser& remote_user);

}  // namespace latchkey::config
