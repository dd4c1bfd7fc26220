// What a directory (LDAP) says of people, and whether it takes a password. Asked by sign-in, by the
// housekeeper and by slow proofs; decisions about known sessions and credentials never come here,
// they read what the store keeps of the answers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/call_budget.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/config/ldap.h"

namespace latchkey::directory {

// An entry that the user filter found: one, never one of several.
struct Person {
  std::string dn;
  std::string user_name;  // as the directory spells it, which may differ from what was asked
  std::string unique_id;  // entryUUID or its like; empty where the server has none
};

// What stands in the entry and in the groups that have it as a member, as the directory said it:
// not yet filtered, any bytes.
struct DirectoryEntry {
  Person person;
  std::string display_name;  // empty: no such attribute is configured, or the entry has none
  std::string mail;          // the first value; empty likewise
  std::vector<std::string> groups;  // each once; with nested groups those around them, too
};

// What one server had to say when it was tried.
struct ServerReport {
  std::string server;
  Outcome outcome;
};

// Errors, for every verb: kUnavailable: no server could answer (down, slow, certificate, manager's
// password, size limit); the detail says which and why, and nothing may be concluded about the
// person. Each call is bounded in time and tries one server after the other.
class Directory {
 public:
  virtual ~Directory() = default;

  // Finds a person and their groups.
  //
  // Input:  `user`, any bytes; escaped here, so that no filter can be made of it.
  // Errors: kNotFound: the directory has answered, and there is no such person (or the filter
  //         leaves them out, as one for disabled accounts does). kRefused: several match, or they
  //         are in too many groups: trouble of theirs only, from which nothing may be concluded.
  virtual Result<DirectoryEntry> lookup(std::string_view user) = 0;

  // Asks the directory whether the password is the person's. An unknown user and a wrong password
  // are told apart neither by the answer nor by its time.
  //
  // Errors: kRefused: no. Empty passwords are never sent, as many servers say yes to them.
  virtual Result<Person> check_password(std::string_view user, const SecretString& password) = 0;

  // Looks whether a group of that name exists.
  // Errors: kNotFound: the directory has answered, and there is none.
  virtual Outcome find_group(std::string_view group) = 0;

  // Tries each server on its own: connects, binds as the manager, finds the root and the entries
  // below which people and groups are searched. For `latchkey check`.
  virtual std::vector<ServerReport> examine() = 0;
};

// How long somebody waits for an answer.
enum class Patience {
  kRequest,      // a person waits, and a worker with them: every server gets one try
  kHousekeeper,  // nobody waits: ldap.retries more tries, with growing pauses
};

// Makes the directory that asks LDAP servers. Nothing is loaded and nobody is asked before the
// first call; made after fork.
//
// Input:   `settings` outlives it; `budget`, which outlives it, bounds all that is asked for one
//          request, with Patience::kRequest only; null: each question has its own time.
// Returns: null where nothing is configured.
std::unique_ptr<Directory> make_directory(const std::optional<config::Ldap>& settings,
                                          Patience patience, const CallBudget* budget = nullptr);

}  // namespace latchkey::directory
