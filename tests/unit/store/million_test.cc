// A million credentials in the store, and ten thousand that one person once had: what a decision,
// the page and a revocation ask of SQLite is the very same work as with a few. Counted in steps of
// its machine, so that no clock is asked.
#include <sqlite3.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "latchkey/base/handle.h"
#include "store/sql.h"
#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

using Database = Handle<sqlite3, sqlite3_close_v2>;
using Query = Handle<sqlite3_stmt, sqlite3_finalize>;
using Values = std::map<std::string, std::string>;

void run(sqlite3* database, const std::string& text) {
  ASSERT_EQ(sqlite3_exec(database, text.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
}

std::string numbers(int count) {
  return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
         std::to_string(count) + ") ";
}

// Alice holds 100 live credentials and so many dead ones; strangers hold the others, ten each.
Database store_of(int dead, int others) {
  sqlite3* opened = nullptr;
  EXPECT_EQ(sqlite3_open(":memory:", &opened), SQLITE_OK);
  Database database(opened);
  for (const SqlText& schema : sql::kSchema) run(opened, schema.text());
  run(opened, "PRAGMA foreign_keys = OFF; PRAGMA journal_mode = OFF; BEGIN;");
  const std::string columns =
      "INSERT INTO credential (id, account, epoch, label, scopes, created, expires, revoked, "
      "token_hash) ";
  run(opened,
      "INSERT INTO account (id, provider, issuer, subject, user_name, display_name, mail, "
      "mail_verified, group_names, created, refreshed) "
      "VALUES ('alice', 'main', 'i', 's', 'alice', '', '', 1, '', 1, 1);");
  run(opened, numbers(others) + columns +
                  "SELECT 'x' || i, 'a' || (i / 10), 0, '', '', 1, 9000, NULL, NULL FROM n;");
  run(opened, numbers(dead) + columns +
                  "SELECT printf('c%08d', i), 'alice', 0, '', '', 1, 9000, 5, NULL FROM n;");
  run(opened, numbers(100) + columns +
                  "SELECT printf('d%08d', i), 'alice', 0, '', '', 1, 9000, NULL, "
                  "CAST(printf('%032d', i) AS BLOB) FROM n;");
  run(opened, "COMMIT;");
  return database;
}

std::string query_text(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream("sql/query/credential/" + name + ".sql").rdbuf();
  return text.str();
}

struct Work {
  int rows = 0;
  int steps = 0;
  bool operator==(const Work&) const = default;
};

void PrintTo(const Work& work, std::ostream* out) {
  *out << work.rows << " rows, " << work.steps << " steps";
}

Work work_of(sqlite3* database, const std::string& name, const Values& values) {
  sqlite3_stmt* made = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(database, query_text(name).c_str(), -1, &made, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  const Query query(made);
  for (const auto& [parameter, value] : values) {
    const int index = sqlite3_bind_parameter_index(made, parameter.c_str());
    if (index == 0) continue;
    if (parameter == ":token_hash") {
      sqlite3_bind_blob(made, index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
    } else if (value.find_first_not_of("0123456789") == std::string::npos) {
      sqlite3_bind_int64(made, index, std::stoll(value));
    } else {
      sqlite3_bind_text(made, index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
    }
  }
  Work work;
  while (sqlite3_step(made) == SQLITE_ROW) ++work.rows;
  work.steps = sqlite3_stmt_status(made, SQLITE_STMTSTATUS_VM_STEP, 0);
  EXPECT_GT(work.steps, 0) << name;
  return work;
}

TEST(AMillionCredentials, CostADecisionThePageAndARevocationNothing) {
  const Database few = store_of(100, 100);
  const Database many = store_of(10'000, 1'000'000);
  const Values values{{":id", "d00000050"},     {":token_hash", std::string(29, '0') + "050"},
                      {":account", "alice"},    {":epoch", "0"},
                      {":now", "1000"},         {":limit", "20"},
                      {":last_used_from", "-"}, {":last_used_by", "-"},
                      {":successor", "new"},    {":end", "2000"}};
  const std::map<std::string, int> rows_of{{"presented", 1},  {"presented_short", 1}, {"find", 1},
                                           {"list_live", 100}, {"list_dead", 20},
                                           {"count_live", 1}, {"touch", 0},
                                           {"replace", 0},    {"revoke", 0},
                                           {"revoke_all", 0}};
  for (const auto& [name, rows] : rows_of) {
    const Work little = work_of(few.get(), name, values);
    EXPECT_EQ(little.rows, rows) << name;
    EXPECT_EQ(work_of(many.get(), name, values), little) << name;
  }
}

}  // namespace
}  // namespace latchkey::store
