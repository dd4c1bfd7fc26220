// [certificate] and [remote_user]: proofs that the web server has looked at itself.
#include "latchkey/config/vouching.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "config/regex.h"
#include "config/section.h"
#include "latchkey/config/vouching_kinds.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/distinguished_name.h"
#include "latchkey/wire/host.h"

namespace latchkey::config {
namespace {

constexpr std::size_t kNameBytesMax = 32;
constexpr std::size_t kDelimiterBytesMax = 4;

// What our own answers are called, which some web servers hand back to us.
constexpr std::string_view kOwnPrefix = "latchkey_";

// What every web server sets for every request, mostly to something that the client chose: whoever
// took a name from there would take the client's word.
//
// Spec: RFC 3875 section 4.1 without REMOTE_USER, and what nginx, Apache, lighttpd and Caddy add.
constexpr auto kOfTheRequest = std::to_array<std::string_view>(
    {"auth_type", "content_length", "content_type", "context_document_root", "context_prefix",
     "document_root", "document_uri", "fcgi_role", "gateway_interface", "https", "path",
     "path_info", "path_translated", "query_string", "redirect_query_string",
     "redirect_remote_user", "redirect_status", "redirect_uri", "redirect_url", "remote_addr",
     "remote_host", "remote_ident", "remote_port", "request_body", "request_method",
     "request_scheme", "request_uri", "script_filename", "script_name", "script_uri", "script_url",
     "server_addr", "server_admin", "server_name", "server_port", "server_protocol",
     "server_signature", "server_software"});

void read_name(const Value& value, Vouching& vouching) {
  const auto text = value.text();
  if (!text) return;
  if (!is_slug(*text) || text->size() > kNameBytesMax) {
    return value.wrong("is " + shown(*text) + "; must be up to 32 of a-z, 0-9 and `-`");
  }
  vouching.name = *text;
}

void read_hosts(const Value& value, Vouching& vouching) {
  const auto items = value.items(EmptyList::kRefuse);
  if (!items) return;
  const std::vector<SiteHost>& known = value.config().site.hosts;
  for (const auto& [text, item] : *items) {
    const bool ours = std::ranges::any_of(known, [&](const SiteHost& host) {
      return host.name == text || wire::host_matches(host.name, text);
    });
    if (!ours) item.wrong("names " + shown(text) + "; must be one of site.hosts, add it there");
    vouching.hosts.push_back(text);
  }
}

constexpr Value::Word<bool> kCases[] = {{"keep", false}, {"lower", true}};

// Whose accounts they are can be checked only where all names are known. [ldap] is read later, and
// checks that it is there.
void read_same_people(const Value& value, Vouching& vouching) {
  const auto text = value.text();
  if (!text) return;
  std::vector<std::string_view> known{"local", kLdapName};
  for (const Provider& provider : value.config().providers) known.push_back(provider.name);
  if (std::ranges::find(known, *text) == known.end()) return value.unknown_word(*text, known);
  vouching.same_people_as = *text;
}

template <typename T>
constexpr Key<T> kEnabled{"enabled",
                          [](const Value& v, T& into) { take(v.boolean(), into.enabled); }};
template <typename T>
constexpr Key<T> kName{"name", [](const Value& v, T& into) { read_name(v, into); }};
template <typename T>
constexpr Key<T> kHosts{"hosts", [](const Value& v, T& into) { read_hosts(v, into); }};
template <typename T>
constexpr Key<T> kCase{"case",
                       [](const Value& v, T& into) { take(v.one_of(kCases), into.lower_case); }};
template <typename T>
constexpr Key<T> kSamePeople{"same_people_as",
                             [](const Value& v, T& into) { read_same_people(v, into); }};

constexpr Value::Word<CertificatePart> kParts[] = {
    {"subject", CertificatePart::kSubject},
    {"subject.CN", CertificatePart::kCommonName},
    {"subject.emailAddress", CertificatePart::kSubjectMail},
    {"subject.UID", CertificatePart::kUserId},
    {"subject.serialNumber", CertificatePart::kSerialNumber},
    {"subject.O", CertificatePart::kOrganization},
    {"subject.OU", CertificatePart::kUnit},
    {"san.email", CertificatePart::kMail},
    {"san.upn", CertificatePart::kPrincipalName},
    {"san.dns", CertificatePart::kDns},
    {"san.uri", CertificatePart::kUri}};

template <CertificatePart Certificate::*member>
void read_part(const Value& value, Certificate& certificate) {
  take(value.one_of(kParts), certificate.*member);
}

void read_pattern(const Value& value, Certificate& certificate) {
  const auto text = value.text();
  if (!text) return;
  const auto regex = compile(value, "is", *text);
  if (regex == nullptr) return;
  if (regex->NumberOfCapturingGroups() > 1) {
    return value.wrong("is " + shown(*text) + "; must have at most one group in parentheses, which "
                       "is the user name; write (?:...) for the others");
  }
  certificate.pattern = *text;
}

void read_issuers(const Value& value, Certificate& certificate) {
  const auto items = value.items(EmptyList::kRefuse);
  if (!items) return;
  for (const auto& [text, item] : *items) {
    if (!wire::parse_distinguished_name(text)) {
      item.wrong("names " + shown(text) + "; must be the issuer's name as `openssl x509 -noout "
                 "-issuer -nameopt RFC2253` writes it, as in \"CN=People CA,O=Example\"");
    }
    certificate.issuers.push_back(text);
  }
}

void read_ca_file(const Value& value, Certificate& certificate) {
  const auto path = value.path();
  if (!path) return;
  if (value.reading().secrets == Secrets::kAll && ::access(path->c_str(), R_OK) != 0) {
    return value.wrong("names " + shown(*path) +
                       ", which cannot be read; must be a file of certificates in PEM");
  }
  certificate.ca_file = *path;
}

constexpr Key<Certificate> kCertificateKeys[] = {
    kEnabled<Certificate>,
    kName<Certificate>,
    kHosts<Certificate>,
    {"user_name", read_part<&Certificate::user_name>},
    {"pattern", read_pattern},
    kCase<Certificate>,
    {"ca_file", read_ca_file},
    {"issuers", read_issuers},
    {"groups", read_part<&Certificate::groups>},
    {"mail", read_part<&Certificate::mail>},
    {"display_name", read_part<&Certificate::display_name>},
    kSamePeople<Certificate>,
};

template <std::string RemoteUser::*member>
void read_variable(const Value& value, RemoteUser& remote_user) {
  const auto text = value.text();
  if (!text) return;
  const std::string lower = wire::to_lower(*text);
  const bool good = std::ranges::all_of(*text, [](char c) {
    return wire::is_alnum(c) || c == '_' || c == '-';
  });
  if (std::ranges::find(kOfTheRequest, lower) != kOfTheRequest.end()) {
    return value.wrong("is " + shown(*text) + ", which says something of the request, and mostly "
                       "what the client chose; must be a variable of the web server's "
                       "authentication, as in \"REMOTE_USER\"");
  }
  if (!good || lower.starts_with("http_") || lower.starts_with(kOwnPrefix)) {
    return value.wrong("is " + shown(*text) +
                       "; must be a variable that the web server sets, as in \"REMOTE_USER\", and "
                       "none that begins with HTTP_, because clients name those");
  }
  remote_user.*member = *text;
}

void read_schemes(const Value& value, RemoteUser& remote_user) {
  const auto items = value.items(EmptyList::kTake);
  if (!items) return;
  remote_user.authorization_schemes.clear();
  for (const auto& [text, item] : *items) {
    if (!wire::is_token(text) || wire::equal_ignoring_case(text, "bearer")) {
      item.wrong("names " + shown(text) + "; must be a scheme of Authorization that the web server "
                 "checks itself, as in \"Negotiate\" or \"Basic\"");
    }
    remote_user.authorization_schemes.push_back(text);
  }
}

void read_groups_delimiter(const Value& value, RemoteUser& remote_user) {
  const auto text = value.ascii();
  if (!text) return;
  if (text->size() > kDelimiterBytesMax) {
    return value.wrong("is " + shown(*text) + "; must be one to four printable characters");
  }
  remote_user.groups_delimiter = *text;
}

constexpr Value::Word<Realm> kRealms[] = {{"cut", Realm::kCut}, {"keep", Realm::kKeep}};

constexpr Key<RemoteUser> kRemoteUserKeys[] = {
    kEnabled<RemoteUser>,
    kName<RemoteUser>,
    kHosts<RemoteUser>,
    {"variable", read_variable<&RemoteUser::variable>},
    {"realms", [](const Value& v, RemoteUser& r) { take(v.texts(EmptyList::kRefuse), r.realms); }},
    {"domains",
     [](const Value& v, RemoteUser& r) { take(v.texts(EmptyList::kRefuse), r.domains); }},
    {"realm", [](const Value& v, RemoteUser& r) { take(v.one_of(kRealms), r.realm); }},
    kCase<RemoteUser>,
    {"authorization_schemes", read_schemes},
    {"groups_variable", read_variable<&RemoteUser::groups_variable>},
    {"groups_delimiter", read_groups_delimiter},
    {"mail_variable", read_variable<&RemoteUser::mail_variable>},
    {"display_name_variable", read_variable<&RemoteUser::display_name_variable>},
    kSamePeople<RemoteUser>,
};

// Every account of the machine can reach a port: whoever asks there must show the peer's secret.
void check_reach(Reading& reading, const Node& table, std::string_view section,
                 const Vouching& vouching) {
  const Pool& pool = reading.config.pool;
  if (!vouching.enabled || table.find("enabled") == nullptr || !pool.peer_secret.empty()) return;
  const auto is_port = [](const std::string& socket) { return !socket.starts_with("unix:"); };
  if (!std::ranges::any_of(pool.authorizer_sockets, is_port) &&
      !std::ranges::any_of(pool.responder_sockets, is_port)) {
    return;
  }
  place_of(reading, table, section, "enabled")
      .wrong("is true, but [pool] has a socket on a port, where every account of this machine "
             "could say who it is; write pool.peer_secret_file, or use unix sockets");
}

void read_certificate(Reading& reading, const Node& table) {
  Certificate& certificate = reading.config.certificate;
  read_keys<Certificate>(reading, table, "certificate", kCertificateKeys, certificate);
  check_reach(reading, table, "certificate", certificate);
  if (!certificate.enabled || table.find("ca_file") != nullptr) return;
  place_of(reading, table, "certificate", "ca_file")
      .wrong("is missing, and enabled is true; write the file of the authority that signs people's "
             "certificates, as in ca_file = \"people-ca.crt\": the web server's word alone is true "
             "of whichever authority any of its sites trusts");
}

void read_remote_user(Reading& reading, const Node& table) {
  RemoteUser& remote_user = reading.config.remote_user;
  read_keys<RemoteUser>(reading, table, "remote_user", kRemoteUserKeys, remote_user);
  check_reach(reading, table, "remote_user", remote_user);
}

std::string with_name(std::string_view kind, const std::string& name) {
  return name.empty() ? std::string(kind) : std::string(kind) + ":" + name;
}

}  // namespace

std::string issuer_of(const Certificate& certificate) {
  return with_name(kCertificateKind, certificate.name);
}
std::string issuer_of(const RemoteUser& remote_user) {
  return with_name(kRemoteUserKind, remote_user.name);
}

Section certificate_section() {
  return {"certificate", Repeated::kNo, names_of<Certificate>(kCertificateKeys), read_certificate};
}
Section remote_user_section() {
  return {"remote_user", Repeated::kNo, names_of<RemoteUser>(kRemoteUserKeys), read_remote_user};
}

}  // namespace latchkey::config
