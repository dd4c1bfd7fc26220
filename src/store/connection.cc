#include "store/connection.h"

#include <fcntl.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "latchkey/wire/json_object.h"
#include "store/audit_log.h"
#include "store/sql.h"
#include "store/transaction.h"

namespace latchkey::store {
namespace {

constexpr std::string_view kInMemory = ":memory:";
// Most locks are gone within some microseconds; who keeps one longer is asked less often.
constexpr std::chrono::microseconds kRetryAtFirst{100};
constexpr std::chrono::milliseconds kRetryEvery{2};
constexpr int kFirstTries = 20;

// trusted_schema: a view or trigger in a file somebody planted must not call functions.
// cell_size_check: a corrupt page is noticed instead of followed.
constexpr SqlText kSettings(
    "PRAGMA foreign_keys = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA wal_autocheckpoint = 1000;"
    "PRAGMA journal_size_limit = 16777216;");
constexpr SqlText kSynchronousWal("PRAGMA synchronous = FULL;");
constexpr SqlText kSynchronousCoarse("PRAGMA synchronous = NORMAL;");
// FULL leaves the removal of the journal unsynced: a power cut could bring a revoked credential
// back.
constexpr SqlText kSynchronousDelete("PRAGMA synchronous = EXTRA;");
constexpr SqlText kJournalMode("PRAGMA journal_mode");
constexpr SqlText kJournalWal("PRAGMA journal_mode = WAL;");
constexpr SqlText kJournalDelete("PRAGMA journal_mode = DELETE;");
constexpr SqlText kVersion("PRAGMA user_version");
constexpr SqlText kBegin("BEGIN IMMEDIATE");
constexpr auto kVersionKnown = static_cast<std::int64_t>(sql::kSchema.size());

// True for errors after which the handle, its file or its mode may be wrong for good.
bool taints_handle(int primary_code) {
  switch (primary_code) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_NOMEM:
    case SQLITE_ERROR:
      return true;
    default:  // an open set of a library's numbers
      return false;
  }
}

ErrorCode code_for(int extended_code) {
  switch (extended_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
      return ErrorCode::kConflict;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return ErrorCode::kNotFound;
    default:  // an open set of a library's numbers
      break;
  }
  switch (extended_code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return ErrorCode::kInternal;
    default:  // whatever else the library says: it could not answer
      return ErrorCode::kUnavailable;
  }
}

// Whoever asks for a migration waits for its end, so that the machine's clock is good enough.
Outcome tell_of_migration(Transaction& transaction, std::int64_t from) {
  const wire::JsonObject detail =
      wire::JsonObject().add("from", from).add("to", kVersionKnown);
  return append_audit(transaction, SystemClock().now(), model::Actor::itself(),
                      {.action = model::AuditAction::kStoreMigrated, .detail = detail.text()});
}

}  // namespace

Connection::Connection(std::string path, config::Journal journal, OnClose on_close)
    : path_(std::move(path)), journal_(journal), on_close_(on_close) {}

Connection::~Connection() = default;

bool Connection::in_memory() const { return path_ == kInMemory; }

bool Connection::in_transaction() const {
  return database_ != nullptr && sqlite3_get_autocommit(database_.get()) == 0;
}

std::int64_t Connection::changes() const { return sqlite3_changes64(database_.get()); }

Error Connection::error_of(int code) {
  const int extended = database_ ? sqlite3_extended_errcode(database_.get()) : code;
  const int exact = (extended & 0xff) == (code & 0xff) ? extended : code;
  distrusted_ = distrusted_ || taints_handle(exact & 0xff);
  std::string detail = "the database " + path_ + ": " + sqlite3_errstr(exact);
  // Constraint texts name columns, never values.
  if (database_) detail += std::string(" (") + sqlite3_errmsg(database_.get()) + ")";
  return {code_for(exact), std::move(detail)};
}

Result<Statement> Connection::prepare(SqlText text) {
  if (lent_ == 0 && !in_transaction()) LK_CHECK(ensure_usable());
  return prepare_on_handle(text);
}

Result<Statement> Connection::prepare_on_handle(SqlText text) {
  const auto known = statements_.find(text.text());
  if (known != statements_.end()) return Statement(*this, known->second.get());
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), text.text(), static_cast<int>(text.size()),
                                      SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  Handle<sqlite3_stmt, sqlite3_finalize> statement(made);
  if (code != SQLITE_OK) return std::unexpected(error_of(code));
  statements_.emplace(text.text(), std::move(statement));
  return Statement(*this, made);
}

Result<std::optional<ChangeMark>> Connection::change_mark() {
  if (lent_ != 0 || in_transaction()) return std::nullopt;
  LK_CHECK(ensure_usable());
  std::optional<ChangeMark> mark = log_header_.read();
  if (mark) mark->look = looks_;
  return mark;
}

Outcome Connection::execute(SqlText text) {
  const int code = sqlite3_exec(database_.get(), text.text(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error_of(code));
  return {};
}

Outcome Connection::ensure_usable() {
  verb_start_ = std::chrono::steady_clock::now();
  const bool sound = trusted();
  if (sound && (verb_start_ < next_look_ || in_memory())) return {};
  if (in_memory()) {
    // Opening again would forget everything.
    distrusted_ = false;
    if (database_) return {};
    return fail(ErrorCode::kUnavailable, "a database in memory must be created");
  }
  auto file = inspect_database_file(path_);
  if (!file) {
    close();
    return std::unexpected(file.error());
  }
  next_look_ = verb_start_ + kFileLookEvery;
  ++looks_;
  if (sound && file->identity == identity_) return {};
  LK_CHECK(open_file());
  // The version first: choosing a journal would write into a file that somebody emptied.
  auto fit = check_version();
  if (fit) fit = choose_journal();
  if (!fit) close();
  return fit;
}

bool Connection::trusted() const {
  if (database_ == nullptr || distrusted_) return false;
  // A handle that could be opened for reading only stays so for ever: look whether it must.
  const bool read_only = !in_memory() && sqlite3_db_readonly(database_.get(), "main") == 1;
  return !read_only || faccessat(AT_FDCWD, path_.c_str(), W_OK, AT_EACCESS) != 0;
}

Outcome Connection::open_file() {
  close();
  LK_TRY(const DatabaseFile file, inspect_database_file(path_));
  mend_log_modes(file);
  LK_CHECK(open_handle(file.path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW));
  identity_ = file.identity;
  next_look_ = verb_start_ + kFileLookEvery;
  return {};
}

Outcome Connection::open_handle(const std::string& real_path, int flags) {
  // Nobody asks how much memory SQLite holds, and counting it takes a lock at each allocation. Once
  // SQLite is in use this does nothing.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* opened = nullptr;
  constexpr int kAlways = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(real_path.c_str(), &opened, flags | kAlways, nullptr);
  database_.reset(opened);  // also on failure: it holds the message
  Outcome opening;
  if (code != SQLITE_OK) {
    opening = std::unexpected(error_of(code));
  } else {
    opening = settle();
  }
  if (!opening) close();
  return opening;
}

Outcome Connection::settle() {
  sqlite3_busy_handler(database_.get(), &Connection::wait_for_lock, this);
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
                    on_close_ == OnClose::kLeave ? 1 : 0, nullptr);
  LK_CHECK(execute(kSettings));
  return execute(journal_ == config::Journal::kWal ? kSynchronousWal : kSynchronousDelete);
}

Outcome Connection::choose_journal() {
  const bool wanted_wal = journal_ == config::Journal::kWal;
  std::string mode;
  {
    // Given back before the mode is changed: a running statement would forbid that.
    LK_TRY(Statement statement, prepare_on_handle(kJournalMode));
    LK_CHECK(statement.step_to_row("journal mode"));
    mode = Columns(statement).text();
  }
  if (in_memory()) return {};
  if (mode != (wanted_wal ? "wal" : "delete")) {
    // Fails while others have it open, or when it is read-only. Both modes are safe, and a later
    // opening tries again, so this is no reason to answer nobody.
    if (!execute(wanted_wal ? kJournalWal : kJournalDelete)) distrusted_ = false;
    return {};
  }
  // The version was read before, so the log's index is in memory. While it is open here, nobody can
  // leave the mode.
  if (wanted_wal) log_header_ = LogHeader::of(database_.get());
  return {};
}

Result<std::int64_t> Connection::version() {
  LK_TRY(Statement statement, prepare_on_handle(kVersion));
  LK_CHECK(statement.step_to_row("schema version"));
  return Columns(statement).integer();
}

Outcome Connection::check_version() {
  LK_TRY(const std::int64_t found, version());
  if (found == kVersionKnown) return {};
  const std::string both = "the database " + path_ + " has schema version " +
                           std::to_string(found) + ", this latchkey works with " +
                           std::to_string(kVersionKnown);
  return fail(ErrorCode::kUnavailable,
              both + (found < kVersionKnown ? "; run `latchkey store migrate`"
                                            : "; install the latchkey that made it"));
}

Outcome Connection::migrate() {
  verb_start_ = std::chrono::steady_clock::now();
  if (in_memory()) {
    if (!database_) LK_CHECK(open_handle(path_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY));
  } else {
    LK_CHECK(create_database_file(path_));
    LK_CHECK(open_file());
  }
  auto migrated = choose_journal();
  if (migrated) migrated = run_migrations();
  if (!migrated && !in_memory()) close();
  return migrated;
}

Outcome Connection::run_migrations() {
  LK_TRY(const std::int64_t found, version());
  if (found >= kVersionKnown) return check_version();
  LK_CHECK(execute(kBegin));
  {
    Transaction transaction = Transaction::joined(*this);
    LK_CHECK(bring_schema_up());
    // A store that is made now has nothing to tell of.
    if (found > 0) LK_CHECK(tell_of_migration(transaction, found));
    LK_CHECK(transaction.commit());
  }
  return check_version();
}

Outcome Connection::bring_schema_up() {
  // Read again inside the transaction: another process may have been quicker.
  LK_TRY(const std::int64_t found, version());
  for (auto next = found; next < kVersionKnown; ++next) {
    LK_CHECK(execute(sql::kSchema.at(static_cast<std::size_t>(next))));
  }
  return {};
}

void Connection::close() {
  LK_ASSERT(lent_ == 0);
  log_header_ = {};
  statements_.clear();
  database_.reset();
  distrusted_ = false;
  next_look_ = {};
}

int Connection::wait_for_lock(void* connection, int tries) {
  const auto& self = *static_cast<const Connection*>(connection);
  // Counted from the beginning of the verb, so that several waits do not add up.
  if (std::chrono::steady_clock::now() - self.verb_start_ >= self.patience_) return 0;
  std::this_thread::sleep_for(tries < kFirstTries ? kRetryAtFirst : kRetryEvery);
  return 1;
}

CoarseWrites::CoarseWrites(Connection& connection) : connection_(connection) {
  connection_.patience_ = kCoarsePatience;
  if (connection_.log_header_.exists()) {
    // If it fails, the write waits for the disk.
    static_cast<void>(connection_.execute(kSynchronousCoarse));
  }
}

CoarseWrites::~CoarseWrites() {
  connection_.patience_ = kPatience;
  if (!connection_.log_header_.exists()) return;
  // A handle whose commits might not be on the disk is closed before anything else is written.
  if (!connection_.execute(kSynchronousWal)) connection_.distrusted_ = true;
}

}  // namespace latchkey::store
