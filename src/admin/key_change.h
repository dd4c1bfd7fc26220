// What the verbs that change keys have in common: their directory, the store whose audit log tells
// of the change, and the workers who have to learn of it.
#pragma once

#include <cstdint>
#include <string>

#include "latchkey/crypto/key_change.h"
#include "opened.h"

namespace latchkey::admin {

struct KeyChange {
  Opened opened;
  std::string directory;  // of the keys
  std::int64_t ended = 0;  // credentials, with the change

  // What changes the keys and tells of it, all or nothing. Lives no longer than this.
  crypto::KeyChanger changer(TimePoint now);
};

// Without a store that can tell of it, nothing is changed.
// Errors: the status, with a sentence printed.
Or<KeyChange> begin_key_change(const Arguments& arguments, const World& world);

// Returns what --activate-in says; `otherwise` without it.
// Errors: kUsage, with a sentence printed: no duration, or more than a year.
Or<Seconds> activation_wait(const Arguments& arguments, Seconds otherwise, const World& world);

// Waits until every worker knows of a change: they look at the keys in each new second.
void wait_for_workers();

}  // namespace latchkey::admin
