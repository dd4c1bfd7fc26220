#include "latchkey/model/audit.h"

namespace latchkey::model {
namespace {

Actor named(std::string_view kind, std::string_view name) {
  Actor actor;
  actor.who = std::string(kind) + ":" + std::string(name);
  return actor;
}

}  // namespace

std::string_view name_of(AuditAction action) {
  switch (action) {
    case AuditAction::kCredentialIssued: return "credential_issued";
    case AuditAction::kCredentialRevoked: return "credential_revoked";
    case AuditAction::kCredentialsRevoked: return "credentials_revoked";
    case AuditAction::kCredentialFirstUsed: return "credential_first_used";
    case AuditAction::kLoginApproved: return "login_approved";
    case AuditAction::kLoginDenied: return "login_denied";
    case AuditAction::kDockerLogin: return "docker_login";
    case AuditAction::kSignedIn: return "signed_in";
    case AuditAction::kSignedOut: return "signed_out";
    case AuditAction::kSessionsEnded: return "sessions_ended";
    case AuditAction::kEverythingEnded: return "everything_ended";
    case AuditAction::kUserDisabled: return "user_disabled";
    case AuditAction::kUserEnabled: return "user_enabled";
    case AuditAction::kUserRemoved: return "user_removed";
    case AuditAction::kMachineCreated: return "machine_created";
    case AuditAction::kMachineAssigned: return "machine_assigned";
    case AuditAction::kUserTokenMade: return "user_token_made";
    case AuditAction::kUserTokenRenewed: return "user_token_renewed";
    case AuditAction::kUserTokenReset: return "user_token_reset";
    case AuditAction::kUserTokenFirstUsed: return "user_token_first_used";
    case AuditAction::kUserTokensReset: return "user_tokens_reset";
    case AuditAction::kUserTokenSettingsChanged: return "user_token_settings_changed";
    case AuditAction::kKeyAdded: return "key_added";
    case AuditAction::kKeyActivated: return "key_activated";
    case AuditAction::kKeyRemoved: return "key_removed";
    case AuditAction::kConfigurationReloaded: return "configuration_reloaded";
    case AuditAction::kStoreMigrated: return "store_migrated";
    case AuditAction::kAuditPruned: return "audit_pruned";
  }
  return "unknown";
}

Actor Actor::user(std::string_view name, std::string_view address, std::string_view agent) {
  Actor actor = named("user", name);
  actor.address = address;
  actor.agent = agent;
  return actor;
}

Actor Actor::operator_of_host(std::string_view login) { return named("operator", login); }

Actor Actor::provider(std::string_view name) { return named("provider", name); }

Actor Actor::itself() { return {.who = "latchkey", .address = {}, .agent = {}}; }

}  // namespace latchkey::model
