// [ldap]: the directory.
#include "latchkey/config/ldap.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>

#include "config/ldap_server.h"
#include "config/secret_file.h"
#include "config/section.h"
#include "config/url.h"
#include "latchkey/config/vouching_kinds.h"
#include "latchkey/wire/chars.h"

namespace latchkey::config {
namespace {

constexpr std::size_t kServersMax = 16;
constexpr std::size_t kPasswordBytesMin = 1;  // who runs the directory knows what it is worth

void read_server(const Value& value, Ldap& ldap) {
  const auto text = value.text();
  if (!text) return;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::string_view word = wire::cut_at(rest, " ");
    if (word.empty()) continue;
    auto server = parse_ldap_server(word);
    if (!server) return value.wrong(server.error());
    ldap.servers.push_back(*std::move(server));
  }
  if (ldap.servers.empty() || ldap.servers.size() > kServersMax) {
    ldap.servers.clear();
    value.wrong("must name 1 to " + std::to_string(kServersMax) + " servers");
  }
}

// Finds what makes `text` no filter, whatever will be filled in. The server judges the rest.
std::string fault_of_filter(std::string_view text, std::string_view placeholders) {
  int depth = 0;
  for (const char c : text) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (depth < 0) break;
  }
  if (depth != 0) return "has brackets that do not match";
  const bool fills = text.contains("{0}") || (placeholders.contains("{1}") && text.contains("{1}"));
  if (!fills) {
    return "has no " + std::string(placeholders) +
           ", so that everybody would find the same; write it where the value belongs";
  }
  return "";
}

template <std::string Ldap::*member>
void read_filter(const Value& value, Ldap& ldap) {
  const auto text = value.text();
  if (!text) return;
  constexpr bool kOfMembers = member == &Ldap::group_membership_filter;
  const std::string fault = fault_of_filter(*text, kOfMembers ? "{0} (DN) or {1} (name)" : "{0}");
  if (!fault.empty()) return value.wrong("is " + shown(*text) + ", which " + fault);
  ldap.*member = *text;
}

// Spec: RFC 4512 section 2.5, without options.
template <std::string Ldap::*member>
void read_attribute(const Value& value, Ldap& ldap) {
  const auto text = value.text();
  if (!text) return;
  const bool good = std::ranges::all_of(
      *text, [](char c) { return wire::is_alnum(c) || c == '-' || c == '.'; });
  if (!good) return value.wrong("is " + shown(*text) + "; must be the name of an attribute");
  ldap.*member = *text;
}

template <std::string Ldap::*member>
void read_text(const Value& value, Ldap& ldap) {
  take(value.text(), ldap.*member);
}

template <bool Ldap::*member>
void read_flag(const Value& value, Ldap& ldap) {
  take(value.boolean(), ldap.*member);
}

template <Seconds Ldap::*member, int least, int most>
void read_duration(const Value& value, Ldap& ldap) {
  take(value.duration(Seconds(least), Seconds(most)), ldap.*member);
}

void read_ca_file(const Value& value, Ldap& ldap) {
  const auto path = value.path();
  if (!path) return;
  if (value.reading().secrets == Secrets::kAll && ::access(path->c_str(), R_OK) != 0) {
    return value.wrong("names " + shown(*path) +
                       ", which cannot be read; must be a file of certificates in PEM");
  }
  ldap.ca_file = *path;
}

bool are_the_directorys(const Vouching& vouching) { return vouching.same_people_as == kLdapName; }

// The authorizer takes passwords, or meets people whom only the directory knows more about.
bool authorizer_asks(const Config& config, const Ldap& ldap) {
  return ldap.basic || ldap.covers(kCertificateKind) || ldap.covers(kRemoteUserKind) ||
         are_the_directorys(config.certificate) || are_the_directorys(config.remote_user);
}

// Who asks the directory holds the password: the authorizer only if it has to.
void read_manager_password(const Value& value, Ldap& ldap) {
  const auto path = value.path();
  if (!path) return;
  value.reading().config.secret_files.push_back({value.key(), *path});
  if (value.reading().secrets == Secrets::kPoolOnly &&
      !authorizer_asks(value.config(), ldap)) {
    return;
  }
  const std::string& user = value.config().pool.user;
  const passwd* service = user.empty() ? nullptr : ::getpwnam(user.c_str());
  auto secret =
      read_secret(*path, kPasswordBytesMin, service == nullptr ? ::geteuid() : service->pw_uid);
  if (!secret) return value.wrong(secret.error());
  ldap.manager_password = *std::move(secret);
}

void read_providers(const Value& value, Ldap& ldap) {
  const auto items = value.items(EmptyList::kTake);
  if (!items) return;
  for (const auto& [name, item] : *items) {
    const auto& all = value.config().providers;
    const bool known =
        name == kCertificateKind || name == kRemoteUserKind ||
        std::ranges::any_of(all, [&](const Provider& provider) { return provider.name == name; });
    if (!known) {
      item.wrong("names " + shown(name) +
                 ", which is the name of no [[provider]], nor \"certificate\" or \"remote-user\"");
    }
    ldap.providers.push_back(name);
  }
}

void read_allowed_groups(const Value& value, Ldap& ldap) {
  take(value.texts(EmptyList::kRefuse), ldap.allowed_groups);
}

void read_groups(const Value& value, Ldap& ldap) {
  constexpr Value::Word<LdapGroups> kWords[] = {{"replace", LdapGroups::kReplace},
                                                {"merge", LdapGroups::kMerge}};
  take(value.one_of(kWords), ldap.groups);
}

void read_unknown_users(const Value& value, Ldap& ldap) {
  constexpr Value::Word<UnknownUsers> kWords[] = {{"refuse", UnknownUsers::kRefuse},
                                                  {"allow", UnknownUsers::kAllow}};
  take(value.one_of(kWords), ldap.unknown_users);
}

void read_retries(const Value& value, Ldap& ldap) {
  if (const auto count = value.integer(0, 10)) ldap.retries = static_cast<std::uint32_t>(*count);
}

constexpr int kDay = 24 * 3600;

constexpr Key<Ldap> kLdapKeys[] = {
    {"server", read_server},
    {"start_tls", read_flag<&Ldap::start_tls>},
    {"ca_file", read_ca_file},
    {"root_dn", read_text<&Ldap::root_dn>},
    {"inhibit_infer_root_dn", read_flag<&Ldap::inhibit_infer_root_dn>},
    {"user_search_base", read_text<&Ldap::user_search_base>},
    {"user_search_filter", read_filter<&Ldap::user_search_filter>},
    {"user_name_attribute", read_attribute<&Ldap::user_name_attribute>},
    {"group_search_base", read_text<&Ldap::group_search_base>},
    {"group_search_filter", read_filter<&Ldap::group_search_filter>},
    {"group_membership_filter", read_filter<&Ldap::group_membership_filter>},
    {"group_name_attribute", read_attribute<&Ldap::group_name_attribute>},
    {"nested_groups", read_flag<&Ldap::nested_groups>},
    {"display_name_attribute", read_attribute<&Ldap::display_name_attribute>},
    {"mail_attribute", read_attribute<&Ldap::mail_attribute>},
    {"trust_mail", read_flag<&Ldap::trust_mail>},
    {"sign_in", read_flag<&Ldap::sign_in>},
    {"basic", read_flag<&Ldap::basic>},
    {"providers", read_providers},
    {"manager_dn", read_text<&Ldap::manager_dn>},
    {"manager_password_file", read_manager_password},
    {"allowed_groups", read_allowed_groups},
    {"groups", read_groups},
    {"unknown_users", read_unknown_users},
    {"update_interval", read_duration<&Ldap::update_interval, 1, kDay>},
    {"max_stale", read_duration<&Ldap::max_stale, 0, 7 * kDay>},
    {"connect_timeout", read_duration<&Ldap::connect_timeout, 1, 60>},
    {"search_timeout", read_duration<&Ldap::search_timeout, 1, 60>},
    {"retries", read_retries},
};

// Passwords travel to the servers, the manager's and everybody's.
void check_secrecy(Reading& reading, const Node& table, const Ldap& ldap) {
  if (ldap.start_tls || reading.config.site.allow_http) return;
  for (const LdapServer& server : ldap.servers) {
    if (server.scheme == LdapScheme::kLdaps || is_loopback(server.host)) continue;
    return place_of(reading, table, "ldap", "server")
        .wrong("names " + shown(server.url()) +
               ", where anybody on the way could read passwords and change groups; write ldaps:// "
               "or start_tls = true");
  }
}

void check_manager(Reading& reading, const Node& table) {
  const bool name = table.find("manager_dn") != nullptr;
  const bool password = table.find("manager_password_file") != nullptr;
  if (name == password) return;
  // A name without a password is let in as nobody by many servers, without a word.
  place_of(reading, table, "ldap", name ? "manager_dn" : "manager_password_file")
      .wrong(name ? "needs ldap.manager_password_file beside it"
                  : "needs ldap.manager_dn beside it");
}

// Whom the directory does not know has none of its groups.
void check_demand(Reading& reading, const Node& table, const Ldap& ldap) {
  if (ldap.allowed_groups.empty() || ldap.unknown_users == UnknownUsers::kRefuse) return;
  place_of(reading, table, "ldap", "unknown_users")
      .wrong("cannot be \"allow\" beside ldap.allowed_groups, which nobody unknown is in");
}

// Names mean the same person only where somebody says so: the user `ann` of a public service could
// be anybody.
void check_providers(Reading& reading, const Node& table, Ldap& ldap) {
  if (table.find("providers") != nullptr) return;
  const std::vector<Provider>& all = reading.config.providers;
  if (all.size() == 1 && all.front().type == ProviderType::kOidc) {
    ldap.providers = {all.front().name};
  } else if (!all.empty()) {
    place_of(reading, table, "ldap", "providers")
        .wrong("is missing; name the providers whose user names are those of the directory, or "
               "write [] for none");
  }
}

// Who leaves it to the directory has one that knows, and ends, the provider's people.
void check_verified(Reading& reading, const Node& table, const Ldap& ldap) {
  for (const Provider& provider : reading.config.providers) {
    if (provider.membership != Verifier::kLdap) continue;
    if (!ldap.covers(provider.name)) {
      place_of(reading, table, "ldap", "providers")
          .wrong("must name " + shown(provider.name) + ", whose membership is \"ldap\"");
    }
    if (ldap.unknown_users == UnknownUsers::kAllow) {
      place_of(reading, table, "ldap", "unknown_users")
          .wrong("cannot be \"allow\" beside membership = \"ldap\" of provider " +
                 shown(provider.name));
    }
  }
}

// For a configuration without [ldap].
void check_not_needed(Reading& reading) {
  const Config& config = reading.config;
  for (const auto& [key, vouching] :
       {std::pair<const char*, const Vouching*>{"certificate.same_people_as", &config.certificate},
        {"remote_user.same_people_as", &config.remote_user}}) {
    if (!are_the_directorys(*vouching)) continue;
    reading.faults.push_back(
        {reading.file, 0, key, "is \"ldap\", but there is no [ldap]; write that section, too"});
  }
  for (const Provider& provider : config.providers) {
    if (provider.membership != Verifier::kLdap) continue;
    reading.faults.push_back({reading.file, 0, "provider.membership",
                              "is \"ldap\", but there is no [ldap]; write that section, too"});
  }
}

void read_ldap(Reading& reading, const Node& table) {
  if (table.members.empty() && table.line == 0) return check_not_needed(reading);
  Ldap ldap;
  read_keys<Ldap>(reading, table, "ldap", kLdapKeys, ldap);
  constexpr Required kRequired[] = {{"server", "\"ldaps://ldap.example\""}};
  require(reading, table, "ldap", kRequired);
  check_secrecy(reading, table, ldap);
  check_manager(reading, table);
  check_demand(reading, table, ldap);
  check_providers(reading, table, ldap);
  check_verified(reading, table, ldap);
  reading.config.ldap = std::move(ldap);
}

}  // namespace

Section ldap_section() {
  return {"ldap", Repeated::kNo, names_of<Ldap>(kLdapKeys), read_ldap};
}

}  // namespace latchkey::config
