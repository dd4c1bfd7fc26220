// The care of the database itself: its schema, its health, its copies, its old rows.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"

namespace latchkey::store {

class Connection;

// How many rows a purge removed, and whether it came to its end.
struct Purged {
  bool complete = true;
  std::int64_t sessions = 0;
  std::int64_t credentials = 0;
  std::int64_t login_states = 0;
  std::int64_t logout_tokens = 0;
  std::int64_t attempts = 0;
  std::int64_t device_logins = 0;
};

// An expired credential stays listed for so long, so that its owner can see why a build failed.
inline constexpr Seconds kDeadCredentialKept{30L * 24 * 3600};
inline constexpr std::int64_t kPurgeRows = 500;  // of one table at a time: a few milliseconds

class Admin {
 public:
  explicit Admin(Connection& connection) : connection_(connection) {}

  // Makes the database if there is none and brings its schema to the one we know, in one
  // transaction.
  // Errors: kUnavailable; also when the schema is newer than ours.
  Outcome migrate();

  // Returns the schema version of the file.
  Result<std::int64_t> schema_version();

  // Reads the whole database. Errors: kUnavailable, with what is wrong.
  Outcome integrity_check();

  // Writes a copy of a moment, mode 0600, while others keep working.
  // Errors: kConflict: `file` exists; kUnavailable.
  Outcome backup(const std::string& file);

  // Deletes what has expired. Expiry is judged at each decision, so a missed purge lets nobody in.
  // It goes in steps of kPurgeRows, between which others can write.
  //
  // Input: `may_go_on`, asked before each step; a no ends the purge early.
  Result<Purged> purge_expired(TimePoint now,
                               const std::function<bool()>& may_go_on = [] { return true; });

  // Returns the id that this database was made with.
  Result<std::string> instance_id();

 private:
  Connection& connection_;
};

}  // namespace latchkey::store
