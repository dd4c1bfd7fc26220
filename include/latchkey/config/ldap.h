// [ldap]: the directory that groups, mail and names come from, and passwords if it is told so. The
// keys are those of the Jenkins reverse-proxy plugin where it has them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/secret_string.h"

namespace latchkey::config {

enum class LdapScheme { kLdap, kLdaps };

struct LdapServer {
  LdapScheme scheme = LdapScheme::kLdap;
  std::string host;  // canonical; IPv6 in brackets
  std::uint16_t port = 389;

  // Returns scheme://host:port.
  std::string url() const;
};

// What becomes of somebody whom a provider knows and the directory does not.
enum class UnknownUsers {
  kRefuse,
  kAllow,  // they go on without groups of the directory
};

// Whose groups count.
enum class LdapGroups {
  kReplace,  // the directory's alone
  kMerge,    // the directory's and the provider's
};

struct Ldap {
  std::vector<LdapServer> servers;  // in the order of trying; never empty
  bool start_tls = false;           // on the servers that are not ldaps anyway
  std::string ca_file;              // trust these instead of the machine's authorities

  std::string root_dn;  // empty: asked of the server, unless `inhibit_infer_root_dn`
  bool inhibit_infer_root_dn = false;
  std::string user_search_base;  // relative to the root DN, as the next base
  std::string group_search_base;
  // Filters hold {0} (and {1}) where a value is filled in.
  std::string user_search_filter = "uid={0}";
  std::string group_search_filter =
      "(&(cn={0})(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)"
      "(objectClass=posixGroup)))";
  std::string group_membership_filter = "(|(member={0})(uniqueMember={0})(memberUid={1}))";
  std::string user_name_attribute = "uid";
  std::string group_name_attribute = "cn";
  std::string display_name_attribute;  // empty: not taken from the directory, as the next one
  std::string mail_attribute;
  bool trust_mail = false;  // rules by mail apply to the directory's addresses
  bool nested_groups = false;

  std::string manager_dn;         // empty: anonymous
  SecretString manager_password;  // read from manager_password_file

  std::vector<std::string> providers;  // whose people are looked up
  // Who may come: not empty, one of these must be a group of theirs, byte by byte.
  std::vector<std::string> allowed_groups;
  LdapGroups groups = LdapGroups::kReplace;
  UnknownUsers unknown_users = UnknownUsers::kRefuse;
  bool sign_in = false;  // the sign-in form takes the directory's passwords
  bool basic = false;    // the authorizer takes them as Basic

  Seconds update_interval = std::chrono::minutes(15);
  Seconds max_stale = std::chrono::hours(1);  // beyond the interval, while no server answers

  // For how long one answer can count at most.
  Seconds age_max() const { return update_interval + max_stale; }
  Seconds connect_timeout{5};
  Seconds search_timeout{10};
  std::uint32_t retries = 3;  // of the housekeeper, which has time; a request has not

  // True if people of that provider are looked up in the directory.
  bool covers(std::string_view provider) const;
};

// What accounts have as provider and as issuer whose password the directory has proven.
inline constexpr const char* kLdapName = "ldap";

}  // namespace latchkey::config
