#include <algorithm>
#include <vector>

#include "latchkey/wire/chars.h"
#include "vouched_person.h"

namespace latchkey::identity {
namespace {

constexpr std::size_t kNameBytesMax = 1024;  // before anything is cut off

std::unexpected<Error> refused(std::string detail) {
  return fail(ErrorCode::kRefused, "name from the web server: " + std::move(detail));
}

bool names(const std::vector<std::string>& domains, std::string_view domain) {
  return std::ranges::any_of(domains, [&](const std::string& one) {
    return wire::equal_ignoring_case(one, domain);
  });
}

// Takes the name of `user@REALM` and `DOMAIN\user` out. Realms are compared byte by byte, as
// Kerberos does; domains as Windows does.
Result<std::string> without_realm(const config::RemoteUser& settings, std::string_view name) {
  const std::size_t at = name.rfind('@');
  const std::size_t slash = name.find('\\');
  if (at != name.npos && slash != name.npos) return refused("both a domain and a realm");
  if (slash != name.npos) {
    if (!names(settings.domains, name.substr(0, slash))) {
      return refused("its domain is none of remote_user.domains");
    }
    return std::string(name.substr(slash + 1));
  }
  if (at != name.npos) {
    const std::string realm(name.substr(at + 1));
    if (std::ranges::find(settings.realms, realm) == settings.realms.end()) {
      return refused("its realm is none of remote_user.realms");
    }
    return std::string(name.substr(0, at));
  }
  if (!settings.realms.empty() || !settings.domains.empty()) {
    return refused("no realm and no domain, though some are configured");
  }
  return std::string(name);
}

// `alice@OTHER@REALM` has an `@` left, which is no part of a name: alice of OTHER is another
// person.
Result<std::string> name_of(const config::RemoteUser& settings, std::string_view name) {
  if (name.size() > kNameBytesMax) return refused("too long");
  const bool keep = settings.realm == config::Realm::kKeep;
  if (keep && settings.realms.empty() && settings.domains.empty()) return std::string(name);
  LK_TRY(std::string cut, without_realm(settings, name));
  if (cut.find_first_of("@\\") != cut.npos) return refused("more than one realm or domain");
  return keep ? std::string(name) : cut;
}

std::vector<std::string> split(std::string_view text, std::string_view delimiter) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(delimiter);
    const std::string_view part = wire::trim_blanks(text.substr(0, end));
    if (!part.empty()) parts.emplace_back(part);
    text.remove_prefix(end == text.npos ? text.size() : end + delimiter.size());
  }
  return parts;
}

}  // namespace

Result<VouchedPerson> person_of(const config::RemoteUser& settings, const model::RemoteUser& user,
                                TimePoint now) {
  VouchedPerson person;
  LK_TRY(person.profile.user_name, name_of(settings, user.name));
  if (settings.lower_case) person.profile.user_name = wire::to_lower(person.profile.user_name);
  person.profile.groups = split(user.groups, settings.groups_delimiter);
  person.profile.mail = user.mail;
  person.profile.mail_verified = !user.mail.empty();
  person.profile.display_name = user.display_name;
  person.valid_from = person.valid_until = now;
  return person;
}

}  // namespace latchkey::identity
