#include "latchkey/provider/demands.h"

#include <algorithm>
#include <vector>

#include "latchkey/wire/chars.h"

namespace latchkey::provider {
namespace {

using Texts = std::vector<std::string>;

bool have_in_common(const Texts& wanted, const Texts& had) {
  return std::ranges::any_of(
      had, [&](const std::string& one) { return std::ranges::find(wanted, one) != wanted.end(); });
}

// For names that mean the same in any case; the configuration has them in lower case.
Texts lowered(Texts texts) {
  for (std::string& text : texts) text = wire::to_lower(text);
  return texts;
}

Unmet plain(const std::string& sentence) { return {sentence, sentence}; }

}  // namespace

std::optional<Unmet> unmet_demand(const config::Provider& settings, const Claims& claims) {
  const auto lacks = [](const Texts& wanted, const Texts& had) {
    return !wanted.empty() && !have_in_common(wanted, had);
  };
  if (lacks(settings.hosted_domains, lowered({claims.hosted_domain}))) {
    return plain("not an account of one of the domains that are allowed here");
  }
  if (lacks(settings.allowed_organizations, lowered(claims.organizations))) {
    return plain("not a member of one of the organizations that are allowed here");
  }
  if (lacks(settings.allowed_teams, lowered(claims.teams))) {
    return plain("not a member of one of the teams that are allowed here");
  }
  if (!lacks(settings.allowed_groups, claims.groups)) return std::nullopt;
  Unmet unmet = plain("not a member of one of the groups that are allowed here");
  if (!claims.says_groups) {
    unmet.detail = "the provider sent no claim `" + settings.groups_claim +
                   "`; see scopes of the provider";
  }
  return unmet;
}

}  // namespace latchkey::provider
