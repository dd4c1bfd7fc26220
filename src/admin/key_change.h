// What every verb that changes keys begins with: their directory, and the store whose audit log
// tells of the change.
#pragma once

#include <string>

#include "opened.h"

namespace latchkey::admin {

struct KeyChange {
  Opened opened;
  std::string directory;  // of the keys

  Outcome tell(model::AuditAction action, const KeyId& id, TimePoint now, std::string detail = {});
};

// Without a store that can tell of it, nothing is changed.
// Errors: the status, with a sentence printed.
Or<KeyChange> begin_key_change(const Arguments& arguments, const World& world);

// Returns what --activate-in says; `otherwise` without it.
// Errors: kUsage, with a sentence printed: no duration, or more than a year.
Or<Seconds> activation_wait(const Arguments& arguments, Seconds otherwise, const World& world);

}  // namespace latchkey::admin
