// One connection to one server: made, secured and bound within a deadline, then asked.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/config/ldap.h"
#include "libldap.h"

namespace latchkey::directory {

using Clock = std::chrono::steady_clock;

// More than this in one answer is a fault of filter or base, not a person's groups.
inline constexpr std::size_t kEntriesMax = 20'000;

enum class Scope { kBase, kSubtree };

struct Search {
  std::string base;
  Scope scope = Scope::kSubtree;
  std::string filter;
  std::vector<std::string> attributes;
  std::size_t entries_max = kEntriesMax;
};

struct Attribute {
  std::string name;  // as it was asked for
  std::vector<std::string> values;
};

struct Found {
  std::string dn;
  std::vector<Attribute> attributes;

  // Returns the values of an attribute that was asked for; empty where the entry has none.
  const std::vector<std::string>& values(std::string_view name) const;
};

// Errors of every verb: kUnavailable: this server does not answer (now); another one may.
// kInternal: it has answered, and the answer is of no use; another one would say the same.
class Connection {
 public:
  // Connects and, where it is configured, begins TLS. Nobody is bound yet.
  // Input: `ldap` and `settings` outlive the connection.
  static Result<Connection> open(const Libldap& ldap, const config::Ldap& settings,
                                 const config::LdapServer& server, Clock::time_point deadline);

  // Proves `dn` by the password. Neither is ever empty here: a server would take either for nobody
  // in particular, and say yes.
  // Errors: kRefused: no.
  Outcome bind(const std::string& dn, const SecretString& password, Clock::time_point deadline);

  // Finds entries, page by page. References to other servers are left out: following them would
  // send the question (and the manager's password) wherever an entry says.
  //
  // Returns: at most `entries_max` and one more, which says that there are too many.
  // Errors:  kInternal also: a limit of the server, no such base, a referral.
  Result<std::vector<Found>> search(const Search& search, Clock::time_point deadline);

 private:
  struct Unbind {
    decltype(Libldap::unbind_ext) unbind_ext;
    void operator()(LDAP* session) const {
      static_cast<void>(unbind_ext(session, nullptr, nullptr));
    }
  };
  using Session = std::unique_ptr<LDAP, Unbind>;

  Connection(const Libldap& ldap, std::string name, Session session)
      : ldap_(&ldap), name_(std::move(name)), session_(std::move(session)) {}

  Outcome configure(const config::Ldap& settings, const config::LdapServer& server,
                    Clock::time_point deadline);
  Outcome ask_for_tls(Clock::time_point deadline);
  Outcome begin_tls(const config::LdapServer& server, Clock::time_point deadline);
  int descriptor() const;
  Result<Message> wait_for(int message_id, Clock::time_point deadline);
  Result<int> send(const Search& search, const std::string& cookie, Clock::time_point deadline);
  void read_entries(LDAPMessage* page, const Search& search, std::vector<Found>& found) const;
  Found read_entry(LDAPMessage* entry, const Search& search) const;
  Result<std::string> read_end(LDAPMessage* page, const Search& search);
  Result<std::string> next_page(LDAPControl** controls);
  Outcome option(int name, const void* value, const char* what);
  std::string server_says() const;
  int code_of(const Message& answer);
  std::unexpected<Error> failed(int code, std::string_view doing) const;

  const Libldap* ldap_;
  std::string name_;  // of the server, for details
  Session session_;
};

}  // namespace latchkey::directory
