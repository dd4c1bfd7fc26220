#include "groups.h"

#include <unordered_set>
#include <utility>

#include "filter.h"

namespace latchkey::directory {
namespace {

constexpr std::size_t kGroupsPerQuestion = 50;  // a filter of some ten kilobytes at most

// The groups that were found so far, in the order of finding.
class Groups {
 public:
  Groups(Connection& connection, const config::Ldap& settings, const std::string& base,
         Clock::time_point deadline)
      : connection_(connection), settings_(settings), base_(base), deadline_(deadline) {}

  // Adds what `filter` finds. Returns the DNs that were not known before.
  Result<std::vector<std::string>> add(const std::string& filter);

  // Adds the groups around `groups`. Returns the DNs that were not known before: a loop ends there.
  Result<std::vector<std::string>> add_around(const std::vector<std::string>& groups);

  std::vector<std::string> names() && { return std::move(names_); }

 private:
  Connection& connection_;
  const config::Ldap& settings_;
  const std::string& base_;
  Clock::time_point deadline_;
  std::unordered_set<std::string> dns_;
  std::unordered_set<std::string> known_names_;
  std::vector<std::string> names_;
};

Result<std::vector<std::string>> Groups::add(const std::string& filter) {
  const std::string& attribute = settings_.group_name_attribute;
  Search search{.base = base_, .filter = filter, .attributes = {attribute}};
  search.entries_max = kGroupsMax;
  LK_TRY(const std::vector<Found> found, connection_.search(search, deadline_));
  std::vector<std::string> fresh;
  for (const Found& group : found) {
    if (!dns_.insert(group.dn).second) continue;
    fresh.push_back(group.dn);
    for (const std::string& name : group.values(attribute)) {
      if (known_names_.insert(name).second) names_.push_back(name);
    }
  }
  if (dns_.size() <= kGroupsMax) return fresh;
  return fail(ErrorCode::kRefused,
              "more than " + std::to_string(kGroupsMax) + " groups; look at the filters");
}

Result<std::vector<std::string>> Groups::add_around(const std::vector<std::string>& groups) {
  std::vector<std::string> fresh;
  for (std::size_t begin = 0; begin < groups.size(); begin += kGroupsPerQuestion) {
    std::string any = "(|";
    for (std::size_t i = begin; i < groups.size() && i < begin + kGroupsPerQuestion; ++i) {
      // The DN for {1}, too: a group's name there would find what a user of that name is in.
      any += fill_filter(settings_.group_membership_filter, groups[i], groups[i]);
    }
    LK_TRY(const std::vector<std::string> found, add(any + ")"));
    fresh.insert(fresh.end(), found.begin(), found.end());
  }
  return fresh;
}

}  // namespace

Result<std::vector<std::string>> groups_of(Connection& connection, const config::Ldap& settings,
                                           const std::string& base, const Person& person,
                                           Clock::time_point deadline) {
  Groups groups(connection, settings, base, deadline);
  LK_TRY(std::vector<std::string> fresh,
         groups.add(fill_filter(settings.group_membership_filter, person.dn, person.user_name)));
  const int levels = settings.nested_groups ? kNestingMax : 0;
  for (int level = 0; level < levels && !fresh.empty(); ++level) {
    LK_TRY(fresh, groups.add_around(fresh));
  }
  return std::move(groups).names();
}

}  // namespace latchkey::directory
