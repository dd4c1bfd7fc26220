#include "latchkey/answer/groups_filter.h"

#include <re2/re2.h>

#include <algorithm>

namespace latchkey::answer {
namespace {

std::vector<std::string> groups_of(const std::vector<config::Rule>& rules) {
  std::vector<std::string> groups;
  for (const config::Rule& rule : rules) {
    groups.insert(groups.end(), rule.groups.begin(), rule.groups.end());
  }
  std::ranges::sort(groups);
  return groups;
}

}  // namespace

GroupsFilter::GroupsFilter(const config::Config& config) {
  const std::string& filter = config.identity.groups_filter;
  if (filter == config::kGroupsOfRules) {
    of_rules_ = groups_of(config.rules);
  } else if (!filter.empty()) {
    pattern_ = std::make_shared<const RE2>(filter, RE2::Quiet);
  }
}

bool GroupsFilter::passes(const std::string& group) const {
  if (of_rules_) return std::ranges::binary_search(*of_rules_, group);
  return pattern_ == nullptr || RE2::FullMatch(group, *pattern_);
}

}  // namespace latchkey::answer
