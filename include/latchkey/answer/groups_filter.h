// Which of a person's groups the application hears of. Rules see all of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "latchkey/config/config.h"

namespace re2 {
class RE2;
}

namespace latchkey::answer {

// Cheap to copy; made once from a checked configuration.
class GroupsFilter {
 public:
  // Lets every group pass.
  GroupsFilter() = default;

  // `[identity] groups_filter`: a pattern of the whole name, or the names that the rules have.
  explicit GroupsFilter(const config::Config& config);

  bool passes(const std::string& group) const;

 private:
  std::shared_ptr<const re2::RE2> pattern_;              // null: none
  std::optional<std::vector<std::string>> of_rules_;     // sorted
};

}  // namespace latchkey::answer
