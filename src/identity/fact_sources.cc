#include "latchkey/identity/fact_sources.h"

#include <string_view>

#include "latchkey/store/accounts.h"

namespace latchkey::identity {
namespace {

// The issuers of [certificate] and [remote_user], with or without a name behind the colon.
bool is_of_kind(std::string_view provider, std::string_view kind) {
  return provider == kind || (provider.starts_with(kind) && provider[kind.size()] == ':');
}

std::string named(std::string_view kind, std::string_view provider) {
  const std::size_t colon = provider.find(':');
  if (colon == provider.npos) return std::string(kind);
  return std::string(kind) + " (" + std::string(provider.substr(colon + 1)) + ")";
}

}  // namespace

std::string source_name(const std::string& provider) {
  if (provider == store::kLocalIssuer) return "users file";
  if (is_of_kind(provider, "certificate")) return named("client certificate", provider);
  if (is_of_kind(provider, "remote-user")) return named("web server", provider);
  return "provider " + provider;
}

FactSources sources_of(const model::Account& account) {
  const std::string said = source_name(account.provider);
  const model::Profile& profile = account.profile;
  return {.user_name = said,
          .display_name = profile.display_name.empty() ? "" : said,
          .mail = profile.mail.empty() ? "" : said,
          .groups = profile.groups.empty() ? "" : said};
}

}  // namespace latchkey::identity
