#include "latchkey/model/facts.h"

#include <algorithm>

namespace latchkey::model {

Facts facts_that_count(const Facts& provider, const DirectoryAnswer& directory) {
  Facts facts = directory.facts;
  if (facts.display_name.empty()) facts.display_name = provider.display_name;
  if (facts.mail.empty()) {
    facts.mail = provider.mail;
    facts.mail_verified = provider.mail_verified;
  }
  if (directory.groups == Groups::kOfDirectory) return facts;
  for (const std::string& group : provider.groups) {
    if (std::ranges::find(facts.groups, group) == facts.groups.end()) facts.groups.push_back(group);
  }
  return facts;
}

bool has_lost(const DirectoryAnswer& before, const DirectoryAnswer& now) {
  switch (now.standing) {
    case Standing::kKnown:
      return before.standing == Standing::kKnown && !before.unique_id.empty() &&
             !now.unique_id.empty() && before.unique_id != now.unique_id;
    case Standing::kUnknown: return before.standing == Standing::kKnown;
    case Standing::kRefused: return before.standing != Standing::kRefused;
  }
  return true;
}

}  // namespace latchkey::model
