#include "latchkey/identity/fact_sources.h"

#include <optional>
#include <string_view>

#include "latchkey/config/ldap.h"
#include "latchkey/config/vouching_kinds.h"
#include "latchkey/model/facts.h"

namespace latchkey::identity {
namespace {

using model::Standing;

constexpr const char* kDirectory = "directory";

// With what stands behind the issuer's colon: which one of several such sources it is.
std::string named(std::string_view kind, std::string_view issuer) {
  const std::size_t colon = issuer.find(':');
  if (colon == issuer.npos) return std::string(kind);
  return std::string(kind) + " (" + std::string(issuer.substr(colon + 1)) + ")";
}

// Who has proven who they are.
std::string prover_of(const model::Account& account) {
  if (account.provider == store::kLocalIssuer) return "users file";
  if (account.provider == config::kLdapName) return kDirectory;
  if (account.provider == config::kCertificateKind) {
    return named("client certificate", account.issuer);
  }
  if (account.provider == config::kRemoteUserKind) return named("web server", account.issuer);
  return "provider " + account.provider;
}

// As model::facts_that_count takes one or the other.
std::string source_of_groups(const model::DirectoryAnswer& answer, const model::Facts& said,
                             const std::string& prover) {
  if (answer.groups == model::Groups::kOfDirectory || said.groups.empty()) return kDirectory;
  return answer.facts.groups.empty() ? prover : std::string(kDirectory) + " and " + prover;
}

}  // namespace

Result<FactSources> sources_of(store::Accounts& accounts, const model::Account& account) {
  const std::string prover = prover_of(account);
  const model::Profile& profile = account.profile;
  FactSources sources{.user_name = prover,
                      .display_name = profile.display_name.empty() ? "" : prover,
                      .mail = profile.mail.empty() ? "" : prover,
                      .groups = profile.groups.empty() ? "" : prover};
  LK_TRY(const std::optional<model::DirectoryAnswer> answer, accounts.directory_answer(account.id));
  if (!answer || answer->standing != Standing::kKnown) return sources;
  if (!answer->facts.display_name.empty()) sources.display_name = kDirectory;
  if (!answer->facts.mail.empty()) sources.mail = kDirectory;
  if (profile.groups.empty()) return sources;
  const Result<model::Facts> said = accounts.facts(account.id, store::kProviderSource);
  if (!said && said.error().code != ErrorCode::kNotFound) return std::unexpected(said.error());
  sources.groups = source_of_groups(*answer, said.value_or(model::Facts()), prover);
  return sources;
}

}  // namespace latchkey::identity
