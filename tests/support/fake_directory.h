// A directory that says what a test wants. The real one is tested against slapd.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "latchkey/directory/directory.h"

namespace latchkey {

class FakeDirectory final : public directory::Directory {
 public:
  Result<directory::DirectoryEntry> lookup(std::string_view user) override {
    ++asked;
    if (down) return fail(ErrorCode::kUnavailable, "ldap://fake:389: no answer in time");
    const auto entry = entries.find(std::string(user));
    if (entry == entries.end()) return fail(ErrorCode::kNotFound, "no such user");
    return entry->second;
  }

  Result<directory::Person> check_password(std::string_view user,
                                           const SecretString& password) override {
    ++asked;
    if (down) return fail(ErrorCode::kUnavailable, "ldap://fake:389: no answer in time");
    const auto entry = entries.find(std::string(user));
    if (entry == entries.end() || password.reveal() != std::string(user) + "-pw") {
      return fail(ErrorCode::kRefused, "wrong user name or password");
    }
    return entry->second.person;
  }

  Outcome find_group(std::string_view) override { return fail(ErrorCode::kNotFound, "none"); }
  std::vector<directory::ServerReport> examine() override { return {}; }

  void add(const std::string& user, std::vector<std::string> groups) {
    directory::DirectoryEntry entry;
    entry.person = {.dn = "uid=" + user, .user_name = user, .unique_id = "id-of-" + user};
    entry.groups = std::move(groups);
    entries[user] = std::move(entry);
  }

  std::map<std::string, directory::DirectoryEntry> entries;
  bool down = false;
  int asked = 0;
};

// [ldap] for the people of one provider.
inline config::Ldap ldap_settings(const std::string& provider) {
  config::Ldap ldap;
  ldap.servers = {{.scheme = config::LdapScheme::kLdap, .host = "fake", .port = 389}};
  if (!provider.empty()) ldap.providers = {provider};
  return ldap;
}

}  // namespace latchkey
