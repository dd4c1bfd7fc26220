// The one connection of a process to its database: opens it, watches its file, keeps its prepared
// statements, and turns what SQLite reports into our codes.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "latchkey/base/handle.h"
#include "latchkey/base/result.h"
#include "latchkey/config/config.h"
#include "latchkey/store/store.h"
#include "store/change_mark.h"
#include "store/database_file.h"
#include "store/sql_text.h"
#include "store/statement.h"

namespace latchkey::store {

// How long one verb waits for the locks of others, in all.
inline constexpr std::chrono::milliseconds kPatience{250};
// The same for a coarse write: long enough for another worker's, which takes some microseconds.
inline constexpr std::chrono::milliseconds kCoarsePatience{5};
// How long a handle may work on before it looks whether its file was replaced.
inline constexpr std::chrono::seconds kFileLookEvery{1};

class Connection {
 public:
  Connection(std::string path, config::Journal journal, OnClose on_close);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Lends the statement, prepared at its first use and kept. The first of a verb opens the
  // database, or opens it again when its file was replaced or the last answer was that of a broken
  // one.
  // Errors: kUnavailable, kInternal.
  Result<Statement> prepare(SqlText text);

  // Runs several statements without parameters.
  Outcome execute(SqlText text);

  // Opens the database now. Errors: kUnavailable.
  Outcome ensure_usable();

  // Opens the database if need be, and tells by what it can be seen that nobody has written
  // meanwhile; nullopt where that cannot be seen (no WAL, in a transaction).
  // Errors: kUnavailable.
  Result<std::optional<ChangeMark>> change_mark();

  // Makes the file if there is none, and brings the schema to ours, in one transaction.
  Outcome migrate();

  // Lets the next verb look at the file, whenever the last look was.
  void recheck_file() { next_look_ = {}; }

  // Turns a result code into an error, and remembers when it means that the handle must not be
  // trusted.
  Error error_of(int code);

  std::int64_t changes() const;
  bool in_transaction() const;
  sqlite3* handle() const { return database_.get(); }  // for the backup only
  const std::string& path() const { return path_; }

  // Counts the statements that are lent out: while there is one, the handle stays.
  void lend() { ++lent_; }
  void take_back() { --lent_; }

 private:
  friend class CoarseWrites;
  bool in_memory() const;
  bool trusted() const;
  Outcome open_file();
  Outcome open_handle(const std::string& real_path, int flags);
  Outcome settle();
  Outcome choose_journal();
  Result<Statement> prepare_on_handle(SqlText text);
  Result<std::int64_t> version();
  Outcome check_version();
  Outcome run_migrations();
  Outcome bring_schema_up();
  void close();
  static int wait_for_lock(void* connection, int tries);

  const std::string path_;
  const config::Journal journal_;
  const OnClose on_close_;

  // The statements are declared behind the handle, because they must go before it.
  Handle<sqlite3, sqlite3_close_v2> database_;
  std::unordered_map<const char*, Handle<sqlite3_stmt, sqlite3_finalize>> statements_;
  FileIdentity identity_;
  LogHeader log_header_;     // of `database_`
  std::uint64_t looks_ = 0;  // at the file: numbers the marks
  bool distrusted_ = false;  // the last error may be the handle's own: open again
  int lent_ = 0;

  std::chrono::milliseconds patience_ = kPatience;
  std::chrono::steady_clock::time_point verb_start_;
  std::chrono::steady_clock::time_point next_look_;
};

// For coarse writes after the reply, which may be lost but hold nobody up: within its scope a lock
// of somebody else is soon an error, and a commit does not wait for the disk. Nothing else is
// weakened: the next commit outside of it waits for the disk with all that came before.
class CoarseWrites {
 public:
  explicit CoarseWrites(Connection& connection);
  CoarseWrites(const CoarseWrites&) = delete;
  CoarseWrites& operator=(const CoarseWrites&) = delete;
  ~CoarseWrites();

 private:
  Connection& connection_;
};

}  // namespace latchkey::store
