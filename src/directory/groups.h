// Which groups somebody is in, and which groups those are in.
#pragma once

#include <string>
#include <vector>

#include "connection.h"
#include "latchkey/directory/directory.h"

namespace latchkey::directory {

// How many groups one person may be in, and how far is looked where groups are members of groups.
inline constexpr std::size_t kGroupsMax = 10'000;
inline constexpr int kNestingMax = 10;

// Input:   `base`, where groups are.
// Returns: the groups' names, each once; a group without ldap.group_name_attribute has none.
// Errors:  those of Connection; kRefused: the person is in more than kGroupsMax.
Result<std::vector<std::string>> groups_of(Connection& connection, const config::Ldap& settings,
                                           const std::string& base, const Person& person,
                                           Clock::time_point deadline);

}  // namespace latchkey::directory
