// The Directory that asks LDAP servers. One per process, made after fork, used by one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connection.h"
#include "latchkey/directory/directory.h"
#include "server_order.h"

namespace latchkey::directory {

// A kept connection that was not used for longer may have been forgotten by a firewall in between.
inline constexpr Seconds kIdleMax{30};

inline constexpr const char* kAnything = "(objectClass=*)";

// Returns the error as callers may see it: what is the fault of a server's answer, of our
// configuration or of this machine means, outside of here, that nothing is known.
Error seen_from_outside(Error error);

// True if a base that should be relative already ends with the root: then it is a full DN.
bool ends_with_root(std::string_view base, std::string_view root);

class LdapDirectory final : public Directory {
 public:
  LdapDirectory(const config::Ldap& settings, Patience patience, const CallBudget* budget)
      : settings_(settings),
        patience_(patience),
        budget_(budget),
        order_(settings.servers.size()) {}

  Result<DirectoryEntry> lookup(std::string_view user) override;
  Result<Person> check_password(std::string_view user, const SecretString& password) override;
  Outcome find_group(std::string_view group) override;
  std::vector<ServerReport> examine() override;

 private:
  // Does `work`, a Result<T>(Connection&), on a connection that is bound as the manager, and again
  // on that of the next server where it fails with kUnavailable.
  template <typename Work>
  auto ask(const Work& work) -> decltype(work(std::declval<Connection&>()));
  template <typename Work>
  auto ask_servers(const Work& work) -> decltype(work(std::declval<Connection&>()));

  Outcome load();
  Result<Connection> connect(const config::LdapServer& server);
  Result<Connection> connect_as_manager(const config::LdapServer& server);
  Outcome prove(const std::string& dn, const SecretString& password);
  Clock::time_point within(Seconds limit) const;

  Result<Person> ask_for_person(std::string_view user);
  Result<Person> find_person(Connection& connection, std::string_view user);
  Result<DirectoryEntry> find_entry(Connection& connection, std::string_view user);
  Result<Found> find_only(Connection& connection, std::string_view user,
                          std::vector<std::string> attributes);
  Result<std::string> base(Connection& connection, const std::string& relative);
  Outcome examine_server(const config::LdapServer& server);
  Outcome examine_base(Connection& connection, const std::string& key,
                       const std::string& relative);
  Result<std::string> infer_root_dn(Connection& connection);

  const config::Ldap& settings_;
  Patience patience_;
  const CallBudget* budget_;  // null: none
  ServerOrder order_;
  std::optional<Libldap> library_;
  std::optional<std::string> root_dn_;
  std::optional<Connection> kept_;  // bound as the manager
  Clock::time_point kept_used_{};
  Clock::time_point end_ = Clock::time_point::max();  // of the call in hand
};

}  // namespace latchkey::directory
