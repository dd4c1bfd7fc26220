// A person at one provider, as the store keeps them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"

namespace latchkey::model {

// What counts as said of a person, after filtering by identity/.
struct Profile {
  std::string user_name;     // printable ASCII, not empty
  std::string display_name;  // printable ASCII or empty
  std::string mail;          // printable ASCII or empty
  bool mail_verified = false;  // rules by mail apply only then
  std::vector<std::string> groups;
};

// (issuer, subject) is the person; the user name is unique among all accounts, so that a name can
// never mean two people. A re-created person gets a new id.
struct Account {
  AccountId id;
  std::string provider;  // name of the [[provider]], or "local"
  std::string issuer;    // the provider's issuer; "local" for the users file
  std::string subject;   // the provider's `sub`; the user name for the users file
  Profile profile;
  bool disabled = false;
  // What was made in an older epoch is dead: sessions and credentials carry the number of their
  // day.
  std::int64_t session_epoch = 0;
  std::int64_t credential_epoch = 0;
  TimePoint created{};
  TimePoint refreshed{};  // when the provider last confirmed the profile
  // What the directory said last; all empty for people who are not looked up there.
  std::optional<TimePoint> directory_gone;     // since when it refuses to know them
  std::optional<TimePoint> directory_until;    // how long its last answer counts
  std::optional<TimePoint> directory_checked;  // when that was given
  // Of machine users only.
  AccountId owner;                   // empty: nobody's
  std::optional<TimePoint> expires;  // it, and whatever it holds, lasts no longer
};

}  // namespace latchkey::model
