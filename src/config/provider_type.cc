#include "config/provider_type.h"

#include <algorithm>
#include <vector>

#include "config/suggest.h"
#include "latchkey/wire/chars.h"

namespace latchkey::config {
namespace {

// Keys that only some types know; every other key is known to all.
struct Limited {
  std::string_view key;
  std::vector<ProviderType> types;
};

const std::vector<Limited>& limited_keys() {
  using enum ProviderType;
  static const std::vector<Limited> keys{
      {"api_url", {kGithub, kGoogle}},
      {"username_claim", {kOidc, kGitlab, kGoogle}},
      {"groups_claim", {kOidc, kGitlab, kGoogle}},
      {"mail_claim", {kOidc, kGitlab, kGoogle}},
      {"name_claim", {kOidc, kGitlab, kGoogle}},
      {"trust_mail", {kOidc, kGitlab, kGoogle}},
      {"algorithms", {kOidc, kGitlab, kGoogle}},
      {"allowed_organizations", {kGithub, kGoogle}},
      {"allowed_teams", {kGithub}},
      {"allowed_groups", {kOidc, kGitlab}},
      {"hosted_domains", {kGoogle}},
  };
  return keys;
}

std::string_view word_of(ProviderType type) {
  for (const auto& [word, meaning] : kProviderTypes) {
    if (meaning == type) return word;
  }
  return "oidc";
}

void refuse_foreign_keys(Reading& reading, const Node& table, ProviderType type) {
  for (const auto& [key, types] : limited_keys()) {
    if (table.find(key) == nullptr || std::ranges::find(types, type) != types.end()) continue;
    std::vector<std::string_view> words;
    for (const ProviderType one : types) words.push_back(word_of(one));
    place_of(reading, table, "provider", key)
        .wrong("has no meaning for type = \"" + std::string(word_of(type)) + "\", only for " +
               listed(words) + "; take it out");
  }
}

Verifier own_verifier(ProviderType type) {
  switch (type) {
    case ProviderType::kOidc:
    case ProviderType::kGitlab: return Verifier::kOidc;
    case ProviderType::kGithub: return Verifier::kGithub;
    case ProviderType::kGoogle: return Verifier::kGoogle;
  }
  return Verifier::kOidc;
}

void check_verifier(Reading& reading, const Node& table, const Provider& provider) {
  if (!asks_provider(provider.membership)) return;
  if (provider.membership == own_verifier(provider.type)) return;
  std::string_view own = "none";
  for (const auto& [word, meaning] : kVerifiers) {
    if (meaning == own_verifier(provider.type)) own = word;
  }
  place_of(reading, table, "provider", "membership")
      .wrong("does not fit type = \"" + std::string(word_of(provider.type)) + "\"; must be \"" +
             std::string(own) + "\", \"ldap\" or \"none\"");
}

bool is_team(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != text.npos && colon > 0 && colon + 1 < text.size() &&
         text.find(':', colon + 1) == text.npos;
}

void check_demands(Reading& reading, const Node& table, const Provider& provider) {
  const auto all = [](const std::vector<std::string>& texts, auto good) {
    return std::ranges::all_of(texts, good);
  };
  if (!all(provider.allowed_teams, is_team)) {
    place_of(reading, table, "provider", "allowed_teams")
        .wrong("must name each team as \"organization:team\", with the names of its address: "
               "github.com/orgs/ORGANIZATION/teams/TEAM");
  }
  if (provider.type == ProviderType::kGoogle &&
      !all(provider.allowed_organizations, [](std::string_view text) {
        return std::ranges::all_of(text, wire::is_digit);
      })) {
    place_of(reading, table, "provider", "allowed_organizations")
        .wrong("must list the numbers of organisations, as `gcloud organizations list` shows them");
  }
  if (!all(provider.hosted_domains, [](std::string_view text) {
        return text.contains('.') && !text.contains('@') && !text.contains('*');
      })) {
    place_of(reading, table, "provider", "hosted_domains")
        .wrong("must list domains as in \"example.org\"");
  }
}

// Names of GitHub and of domains mean the same in any case of letters.
void lower(std::vector<std::string>& texts) {
  for (std::string& text : texts) text = wire::to_lower(text);
}

std::string github_api(const std::string& issuer) {
  return issuer == "https://github.com" ? "https://api.github.com" : issuer + "/api/v3";
}

}  // namespace

Provider provider_of_type(ProviderType type) {
  Provider provider;
  provider.type = type;
  switch (type) {
    case ProviderType::kOidc: break;
    case ProviderType::kGithub:
      provider.issuer = "https://github.com";
      provider.scopes = {"read:user", "user:email", "read:org"};
      provider.membership = Verifier::kGithub;
      break;
    case ProviderType::kGitlab:
      provider.issuer = "https://gitlab.com";
      provider.username_claim = "nickname";
      provider.membership = Verifier::kOidc;
      break;
    case ProviderType::kGoogle:
      provider.issuer = "https://accounts.google.com";
      provider.api_url = "https://cloudresourcemanager.googleapis.com";
      provider.username_claim = "email";
      provider.groups_claim.clear();  // there is none: without this, userinfo would be asked for it
      provider.membership = Verifier::kGoogle;
      break;
  }
  return provider;
}

void fit_to_type(Reading& reading, const Node& table, Provider& provider) {
  refuse_foreign_keys(reading, table, provider.type);
  check_verifier(reading, table, provider);
  check_demands(reading, table, provider);
  lower(provider.hosted_domains);
  if (provider.type == ProviderType::kGithub) {
    while (provider.issuer.ends_with('/')) provider.issuer.pop_back();
    if (provider.api_url.empty()) provider.api_url = github_api(provider.issuer);
    lower(provider.allowed_organizations);
    lower(provider.allowed_teams);
  }
  // Without this scope the organisations cannot be asked.
  constexpr const char* kReadOrganizations =
      "https://www.googleapis.com/auth/cloud-platform.read-only";
  if (provider.type == ProviderType::kGoogle && !provider.allowed_organizations.empty() &&
      table.find("scopes") == nullptr) {
    provider.scopes.emplace_back(kReadOrganizations);
  }
}

}  // namespace latchkey::config
