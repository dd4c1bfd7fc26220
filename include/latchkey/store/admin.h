// The care of the database itself: its schema, its health, its copies, its old rows.
#pragma once

#include <cstdint>
#include <string>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"

namespace latchkey::store {

class Connection;

// How many rows a purge removed.
struct Purged {
  std::int64_t sessions = 0;
  std::int64_t credentials = 0;
  std::int64_t login_states = 0;
  std::int64_t logout_tokens = 0;
  std::int64_t attempts = 0;
};

// An expired credential stays listed for so long, so that its owner can see why a build failed.
inline constexpr Seconds kDeadCredentialKept{30L * 24 * 3600};

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
  Result<Purged> purge_expired(TimePoint now);

  // Returns the id that this database was made with.
  Result<std::string> instance_id();

 private:
  Connection& connection_;
};

}  // namespace latchkey::store
