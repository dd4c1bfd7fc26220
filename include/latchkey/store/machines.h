// Machine users: accounts for programs that nobody signs in to. Each belongs to a person, who
// answers for it, and ends when that person does, unless it is given to somebody else.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/random.h"
#include "latchkey/base/result.h"
#include "latchkey/model/account.h"
#include "latchkey/model/audit.h"

namespace latchkey::store {

class Connection;

// Issuer and provider of machine users; their subject is their user name.
inline constexpr std::string_view kMachineIssuer = "machine";

class Machines {
 public:
  explicit Machines(Connection& connection) : connection_(connection) {}

  // Each change writes its row of the audit log with it: `by` says who.

  // Input:   `profile`, as filtered by identity/; `expires`, when it ends in any case.
  // Errors:  kConflict: the name is another account's; kNotFound: no such owner; kRefused: the
  //          owner is disabled or a machine itself; kUnavailable.
  Result<model::Account> create(const model::Profile& profile, const AccountId& owner,
                                std::optional<TimePoint> expires, TimePoint now, Random& random,
                                const model::Actor& by);

  // Gives the machine to another person, or again to the same, and enables it. If it had ended with
  // its owner, its credentials are good again; if an administrator had disabled it, they stay dead.
  //
  // Errors:  as create; kNotFound also: no such machine.
  Outcome assign(const AccountId& machine, const AccountId& owner, TimePoint now,
                 const model::Actor& by);

  // Lists the machines of one person, the oldest first, ended ones too; at most kListRowsMax.
  Result<std::vector<model::Account>> of_owner(const AccountId& owner);

 private:
  Result<model::Account> owner_of(const AccountId& owner);

  Connection& connection_;
};

}  // namespace latchkey::store
