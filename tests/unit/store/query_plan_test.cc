// Holds every query to its index, on tables of a size at which it would hurt, and the list of
// schema files to the folder.
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "store/connection.h"
#include "store/sql.h"
#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

using Database = Handle<sqlite3, sqlite3_close_v2>;
using Query = Handle<sqlite3_stmt, sqlite3_finalize>;

std::string read(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

constexpr const char* kFill = R"(
  PRAGMA foreign_keys = OFF;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO account (id, provider, issuer, subject, user_name, display_name, mail,
                       mail_verified, group_names, created, refreshed)
  SELECT 'a' || i, 'main', 'issuer', i, 'user' || i, '', '', 1, '', 1, 1 FROM n;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO session SELECT randomblob(32), 's' || i, 'a' || i, 0, 'main', 'sid' || i, 1, 1, i, i,
                             '', '', '' FROM n;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO credential (id, account, epoch, label, scopes, created, expires)
  SELECT 'c' || i, 'a' || i, 0, '', '', 1, i FROM n;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO membership SELECT 'a' || i, 'p' || i % 4, 'member', 'sealed', 1, 0, 1, 1, i, 0, 0, ''
    FROM n;
  ANALYZE;
)";

Database filled() {
  sqlite3* opened = nullptr;
  EXPECT_EQ(sqlite3_open(":memory:", &opened), SQLITE_OK);
  Database database(opened);
  for (const SqlText& schema : sql::kSchema) {
    EXPECT_EQ(sqlite3_exec(opened, schema.text(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(opened);
  }
  EXPECT_EQ(sqlite3_exec(opened, kFill, nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(opened);
  return database;
}

// The lines of EXPLAIN QUERY PLAN, joined.
std::string plan_of(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* made = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(database, ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &made, nullptr),
            SQLITE_OK)
      << sqlite3_errmsg(database) << "\n" << sql;
  const Query query(made);
  std::string plan;
  while (sqlite3_step(made) == SQLITE_ROW) {
    const std::string_view detail(static_cast<const char*>(sqlite3_column_blob(made, 3)),
                                  static_cast<std::size_t>(sqlite3_column_bytes(made, 3)));
    plan.append(detail).append("\n");
  }
  return plan;
}

TEST(Queries, EachUsesAnIndexOn20000Rows) {
  const Database database = filled();
  int seen = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator("sql/query")) {
    if (file.path().extension() != ".sql") continue;
    ++seen;
    const std::string sql = read(file.path());
    if (sql.find("full listing") != std::string::npos) continue;
    const std::string plan = plan_of(database.get(), sql);
    EXPECT_EQ(plan.find("SCAN"), std::string::npos) << file.path() << "\n" << plan;
    EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << file.path() << "\n" << plan;
  }
  EXPECT_GT(seen, 40);
}

TEST(Queries, TheTwoOfADecisionArePointLookUps) {
  const Database database = filled();
  for (const SqlText& decision : {sql::session_find, sql::credential_find}) {
    const std::string plan = plan_of(database.get(), decision.text());
    EXPECT_TRUE(std::regex_match(plan, std::regex("SEARCH \\w+ USING PRIMARY KEY \\(\\w+=\\?\\)\n"
                                                  "SEARCH account USING PRIMARY KEY \\(id=\\?\\)\n")))
        << plan;
  }
}

TEST(Queries, EachSaysWhoRunsItAndNamesItsParameters) {
  for (const auto& file : std::filesystem::recursive_directory_iterator("sql/query")) {
    if (file.path().extension() != ".sql") continue;
    const std::string sql = read(file.path());
    EXPECT_TRUE(sql.starts_with("-- ")) << file.path();
    EXPECT_EQ(sql.find('?'), std::string::npos) << file.path() << ": a parameter without a name";
    EXPECT_EQ(sql.find("SELECT *"), std::string::npos) << file.path();
  }
}

TEST(Schema, EveryFileOfTheFolderIsKnownInItsOrder) {
  std::set<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator("sql/schema")) {
    files.insert(read(file.path()));
  }
  ASSERT_EQ(files.size(), sql::kSchema.size());
  for (std::size_t i = 0; i < sql::kSchema.size(); ++i) {
    const std::string text = sql::kSchema.at(i).text();
    EXPECT_TRUE(files.contains(text)) << i;
    EXPECT_NE(text.find("PRAGMA user_version = " + std::to_string(i + 1) + ";"), std::string::npos)
        << "file " << i << " does not set the version it makes";
  }
}

TEST(Schema, EveryTableIsStrict) {
  const Database database = filled();
  sqlite3_stmt* made = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(database.get(),
                               "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND "
                               "name NOT LIKE 'sqlite_%' AND (strict = 0 OR wr = 0)",
                               -1, &made, nullptr),
            SQLITE_OK);
  const Query query(made);
  ASSERT_EQ(sqlite3_step(made), SQLITE_ROW);
  EXPECT_EQ(sqlite3_column_int(made, 0), 0);
}

}  // namespace
}  // namespace latchkey::store
