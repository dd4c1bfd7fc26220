#include "latchkey/store/admin.h"

#include "latchkey/store/attempts.h"
#include "latchkey/store/user_tokens.h"
#include "store/backup.h"
#include "store/connection.h"
#include "store/sql.h"

namespace latchkey::store {
namespace {

constexpr SqlText kVersion("PRAGMA user_version");
constexpr SqlText kIntegrity("PRAGMA integrity_check(1)");
constexpr std::string_view kInstanceId = "instance_id";  // written by the first schema
constexpr SqlText kForeignKeys("PRAGMA foreign_key_check");

// Deletes what has expired in one table after another, step by step.
class Purge {
 public:
  Purge(Connection& connection, const std::function<bool()>& may_go_on)
      : connection_(connection), may_go_on_(may_go_on) {}

  Result<std::int64_t> of(SqlText text, const char* parameter, TimePoint time) {
    std::int64_t total = 0;
    for (;;) {
      if (complete_ && !may_go_on_()) complete_ = false;
      if (!complete_) return total;
      LK_TRY(Statement statement, connection_.prepare(text));
      LK_TRY(const std::int64_t rows,
             statement.bind(parameter, time).bind(":rows", kPurgeRows).run());
      total += rows;
      if (rows < kPurgeRows) return total;
    }
  }
  bool complete() const { return complete_; }

 private:
  Connection& connection_;
  const std::function<bool()>& may_go_on_;
  bool complete_ = true;
};

}  // namespace

Outcome Admin::migrate() { return connection_.migrate(); }

Result<std::int64_t> Admin::schema_version() {
  LK_TRY(Statement statement, connection_.prepare(kVersion));
  LK_CHECK(statement.step_to_row("schema version"));
  return Columns(statement).integer();
}

Outcome Admin::integrity_check() {
  {
    LK_TRY(Statement statement, connection_.prepare(kIntegrity));
    LK_CHECK(statement.step_to_row("answer of the integrity check"));
    const std::string found = Columns(statement).text();
    if (found != "ok") {
      return fail(ErrorCode::kUnavailable, "the database is corrupt: " + found);
    }
  }
  LK_TRY(Statement statement, connection_.prepare(kForeignKeys));
  LK_TRY(const Step reached, statement.step());
  if (reached == Step::kDone) return {};
  return fail(ErrorCode::kUnavailable,
              "the database is corrupt: a row of " + Columns(statement).text() +
                  " names an account that is not there");
}

Outcome Admin::backup(const std::string& file) { return write_backup(connection_, file); }

Result<Purged> Admin::purge_expired(TimePoint now, const std::function<bool()>& may_go_on) {
  Purge purge(connection_, may_go_on);
  Purged purged;
  LK_TRY(purged.sessions, purge.of(sql::session_purge, ":now", now));
  LK_TRY(purged.credentials,
         purge.of(sql::credential_purge, ":horizon", now - kDeadCredentialKept));
  LK_TRY(purged.login_states, purge.of(sql::login_state_purge, ":now", now));
  LK_TRY(purged.logout_tokens, purge.of(sql::logout_token_purge, ":now", now));
  LK_TRY(purged.attempts, purge.of(sql::attempt_purge, ":horizon", now - kAttemptMemory));
  LK_TRY(purged.device_logins, purge.of(sql::device_login_purge, ":now", now));
  LK_CHECK(purge.of(sql::user_token_ticket_purge, ":horizon", now - kTicketLifetime));
  purged.complete = purge.complete();
  return purged;
}

Result<std::string> Admin::instance_id() {
  LK_TRY(Statement statement, connection_.prepare(sql::meta_find));
  LK_CHECK(statement.bind(":name", kInstanceId).step_to_row("instance id"));
  return Columns(statement).text();
}

}  // namespace latchkey::store
