// The nouns of the audit log: who did what to whose things. The store writes a row of it in the
// transaction of the change.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/base/ids.h"

namespace latchkey::model {

enum class AuditAction {
  kCredentialIssued,
  kCredentialRevoked,
  kCredentialsRevoked,  // all of an account's
  kCredentialFirstUsed,
  kLoginApproved,       // a program's, by the person it asked
  kLoginDenied,
  kDockerLogin,  // a refresh token was made of a credential
  kSignedIn,
  kSignedOut,
  kSessionsEnded,    // all of an account's
  kEverythingEnded,  // sessions and credentials
  kUserDisabled,
  kUserEnabled,
  kUserRemoved,
  kMachineCreated,
  kMachineAssigned,  // given to a person, and so enabled
  kUserTokenMade,
  kUserTokenRenewed,  // another one in its place
  kUserTokenReset,
  kUserTokenFirstUsed,
  kUserTokensReset,  // everybody's
  kUserTokenSettingsChanged,
  kKeyAdded,
  kKeyActivated,
  kKeyRemoved,
  kConfigurationReloaded,
  kStoreMigrated,
  kAuditPruned,
};

// Returns the word that the log has for it, for example "credential_issued".
std::string_view name_of(AuditAction action);

// Who does something, and from where.
struct Actor {
  std::string who;      // as made by one of the functions below
  std::string address;  // as the web server saw it; empty: on this machine
  std::string agent;    // the User-Agent as it was sent; the log keeps what is printable of it

  // A person, by their user name.
  static Actor user(std::string_view name, std::string_view address, std::string_view agent);
  // Whoever runs the administrator's command, by the name of their login.
  static Actor operator_of_host(std::string_view login);
  // A provider that tells us to end something, or says that somebody is no member any more.
  static Actor provider(std::string_view name);
  // Latchkey by itself: the housekeeper, a reload, the watch over the users file.
  static Actor itself();
};

// What is done. The row names the account's user by itself.
struct AuditEvent {
  AuditAction action;
  AccountId account{};     // whose; empty: nobody's
  std::string object{};    // the id of the credential, session or key, or the name code; no secret
  std::string detail{};    // the text of a JSON object that says more; empty: nothing
};

}  // namespace latchkey::model
