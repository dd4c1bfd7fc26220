// What the sources say of a person, and which of it counts where several speak.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/model/account.h"

namespace latchkey::model {

// What one source says, after filtering by identity/.
struct Facts {
  std::string display_name;
  std::string mail;
  bool mail_verified = false;
  std::vector<std::string> groups;
  bool operator==(const Facts&) const = default;
};

// What the directory makes of a person.
enum class Standing {
  kKnown,
  kUnknown,  // it has no such entry, and they go on without
  kRefused,  // it has no such entry, and that ends everything
};

// Whose groups count where a provider names some, too.
enum class Groups { kOfDirectory, kOfBoth };

// One answer of the directory about one person.
struct DirectoryAnswer {
  Standing standing = Standing::kRefused;
  std::string unique_id;  // of the entry: another one under the same name is another person
  Facts facts;            // empty unless kKnown
  Groups groups = Groups::kOfDirectory;
  TimePoint checked{};  // when it was given
  TimePoint until{};    // when it stops to count, unless it is given again
};

// Returns the facts that count. The directory outranks the provider; where it has no name or no
// mail address, the provider's stays.
Facts facts_that_count(const Facts& provider, const DirectoryAnswer& directory);

// True if `now` is an answer about somebody else than `before` was, or about nobody any more: what
// was given to the former must end.
bool has_lost(const DirectoryAnswer& before, const DirectoryAnswer& now);

}  // namespace latchkey::model
