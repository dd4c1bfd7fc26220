// What a decision reads of a session or credential that was presented, and of its owner: one row,
// and of it only the columns that are judged or handed on, because each text costs a decision as
// much as comparing it does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/model/account.h"

namespace latchkey::store {

enum class OwnerKind { kProviders, kLocal };  // kLocal: an account of the users file

// A machine user is confirmed as the person is who answers for it: `kind`, `member_until` and
// `directory_until` are that person's.
struct Owner {
  AccountId account;
  model::Profile profile;
  OwnerKind kind = OwnerKind::kProviders;
  bool disabled = false;
  std::int64_t epoch = 0;  // of what was presented: what carries an older number is dead
  std::optional<TimePoint> member_until;  // nullopt: membership has no end of its own
  bool directory_gone = false;               // the directory refuses to know them
  std::optional<TimePoint> directory_until;  // how long its last answer counts; nullopt: for ever
  std::optional<TimePoint> expires;          // of a machine user: when it ends in any case
  bool is_machine = false;
};

struct PresentedSession {
  std::string id;  // names the session in logs and listings
  std::int64_t epoch = 0;
  TimePoint last_seen{};
  TimePoint idle_end{};
  TimePoint absolute_end{};
  Owner owner;
};

struct PresentedCredential {
  std::int64_t epoch = 0;
  std::vector<std::string> scopes;
  TimePoint expires{};
  bool revoked = false;
  std::optional<TimePoint> last_used;
  Owner owner;
};

struct PresentedShort {
  CredentialId id;
  PresentedCredential credential;
};

// What administrators set about all user tokens by REST.
struct UserTokenSettings {
  bool enabled = true;
  bool protect_content = false;  // a plain password is refused where content is
  bool expiration_enabled = false;
  std::uint32_t expiration_days = 30;
  bool operator==(const UserTokenSettings&) const = default;
};

struct PresentedUserToken {
  std::string name_code;
  TimePoint created{};
  std::optional<TimePoint> last_used;
  UserTokenSettings settings;
  Owner owner;
};

// Returns the owner that a row of `account` would have, of no epoch: nothing was presented.
Owner owner_of(model::Account account);

}  // namespace latchkey::store
