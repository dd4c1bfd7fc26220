#include "latchkey/store/audit.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "store/sql.h"
#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<AuditRow> rows_of(Store& store, std::string_view user_name = {}) {
  auto rows = store.audit().list(user_name, 0, kListRowsMax);
  EXPECT_THAT(rows, IsOk());
  return rows.value_or(std::vector<AuditRow>());
}

// A log of ten rows in a file, which somebody edits behind latchkey's back.
class AuditFile : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 1; i <= 10; ++i) {
      ASSERT_THAT(store_.audit().append(kNow + Seconds(i), kSomebody,
                                        {.action = model::AuditAction::kSignedIn,
                                         .object = "session " + std::to_string(i)}),
                  IsOk());
    }
  }

  // Whoever owns the file can drop the triggers that keep the log as it is.
  void edit(const std::string& sql) {
    sqlite3* opened = nullptr;
    ASSERT_EQ(sqlite3_open(directory_.file("store.db").c_str(), &opened), SQLITE_OK);
    const std::string all =
        "DROP TRIGGER IF EXISTS audit_is_not_changed; DROP TRIGGER IF EXISTS audit_is_not_cut;" +
        sql;
    EXPECT_EQ(sqlite3_exec(opened, all.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(opened);
    sqlite3_close_v2(opened);
  }

  std::vector<std::string> faults(const std::vector<AuditHead>& known = {}) {
    auto report = store_.audit().verify(known);
    EXPECT_THAT(report, IsOk());
    return report ? report->faults : std::vector<std::string>{"not verified"};
  }

  TemporaryDirectory directory_;
  Store store_ = create(directory_.file("store.db"));
};

TEST(Audit, AnIssueAndItsRevocationAreToldWithWhoseAndByWhom) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody), IsOk());
  const auto by = model::Actor::operator_of_host("root");
  ASSERT_THAT(store.credentials().revoke(CredentialId("c1"), kNow + Seconds(9), by), IsOk());

  const std::vector<AuditRow> rows = rows_of(store);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].action, "credential_issued");
  EXPECT_EQ(rows[0].actor, "user:alice");
  EXPECT_EQ(rows[0].address, "192.0.2.7");
  EXPECT_EQ(rows[0].agent, "curl/8.0");
  EXPECT_EQ(rows[0].account, alice.id.text());
  EXPECT_EQ(rows[0].user_name, "alice");
  EXPECT_EQ(rows[0].object, "c1");
  EXPECT_EQ(rows[0].detail,
            R"({"label":"build c1","scopes":["nexus","docker:pull"],)"
            R"("expires":"2027-01-16T08:00:00Z"})");
  EXPECT_EQ(rows[1].action, "credential_revoked");
  EXPECT_EQ(rows[1].actor, "operator:root");
  EXPECT_EQ(rows[1].time, kNow + Seconds(9));
}

TEST(Audit, WhatWasRefusedOrChangedNothingIsNotTold) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  ASSERT_THAT(store.credentials().issue(credential_of(alice, "c1"), 1, kSomebody), IsOk());
  EXPECT_THAT(store.credentials().issue(credential_of(alice, "c2"), 1, kSomebody),
              FailsWith(ErrorCode::kConflict));
  ASSERT_THAT(store.credentials().revoke(CredentialId("c1"), kNow, kSomebody), IsOk());
  ASSERT_THAT(store.credentials().revoke(CredentialId("c1"), kNow, kSomebody), IsOk());
  EXPECT_EQ(store.credentials().revoke_all(alice.id, kNow, kSomebody), 0);
  EXPECT_EQ(rows_of(store).size(), 2U);
}

TEST(Audit, RevokingAllIsOneRowWithTheirNumber) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  for (const char* id : {"c1", "c2"}) {
    ASSERT_THAT(store.credentials().issue(credential_of(alice, id), kPlenty, kSomebody), IsOk());
  }
  EXPECT_EQ(store.credentials().revoke_all(alice.id, kNow, kSomebody), 2);
  EXPECT_EQ(rows_of(store).back().action, "credentials_revoked");
  EXPECT_EQ(rows_of(store).back().detail, R"({"count":2})");
}

TEST(Audit, AMigrationIsTold) {
  const TemporaryDirectory directory;
  sqlite3* old = nullptr;
  ASSERT_EQ(sqlite3_open(directory.file("store.db").c_str(), &old), SQLITE_OK);
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_EQ(sqlite3_exec(old, sql::kSchema.at(i).text(), nullptr, nullptr, nullptr), SQLITE_OK);
  }
  sqlite3_close_v2(old);
  chmod(directory.file("store.db").c_str(), 0600);
  Store store = create(directory.file("store.db"));
  ASSERT_EQ(rows_of(store).size(), 1U);
  EXPECT_EQ(rows_of(store).front().action, "store_migrated");
  EXPECT_EQ(rows_of(store).front().detail,
            R"({"from":3,"to":)" + std::to_string(sql::kSchema.size()) + "}");
  Store again = create(directory.file("store.db"));
  EXPECT_EQ(rows_of(again).size(), 1U);
}

TEST(Audit, PrunesWhatIsOldAndStaysWhole) {
  Store store = in_memory();
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(store.audit().append(kNow + Seconds(i), kSomebody,
                                     {.action = model::AuditAction::kSignedIn}),
                IsOk());
  }
  EXPECT_EQ(store.audit().prune(kNow, kNow), 0);
  EXPECT_EQ(store.audit().prune(kNow + Seconds(3), kNow + Seconds(9)), 3);
  const std::vector<AuditRow> rows = rows_of(store);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows.front().seq, 4);
  EXPECT_EQ(rows.back().action, "audit_pruned");
  EXPECT_EQ(rows.back().detail, R"({"up_to":3})");
  const auto report = store.audit().verify({});
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(report->faults, IsEmpty());
  EXPECT_EQ(report->first, 4);
}

TEST(Audit, ListsOneUsersRows) {
  Store store = in_memory();
  for (const char* name : {"alice", "bob"}) {
    ASSERT_THAT(store.credentials().issue(credential_of(person(store, name), name), kPlenty,
                                          kSomebody),
                IsOk());
  }
  ASSERT_EQ(rows_of(store, "bob").size(), 1U);
  EXPECT_EQ(rows_of(store, "bob").front().object, "bob");
  EXPECT_THAT(rows_of(store, "BOB"), IsEmpty());
}

TEST(Audit, KeepsOnlyWhatIsPrintableOfAnAgentC22) {
  Store store = in_memory();
  const std::string agent = "a\n\x1b[2Jb\xff " + std::string(999, 'x');
  const auto by = model::Actor::user("alice", "192.0.2.7", agent);
  ASSERT_THAT(store.audit().append(kNow, by, {.action = model::AuditAction::kSignedIn}), IsOk());
  EXPECT_EQ(rows_of(store).front().agent.substr(0, 8), "a[2Jb xx");
  EXPECT_LE(rows_of(store).front().agent.size(), 200U);
}

TEST_F(AuditFile, AnUntouchedLogIsWhole) {
  const auto report = store_.audit().verify({});
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(report->faults, IsEmpty());
  EXPECT_EQ(report->rows, 10);
  EXPECT_EQ(report->first, 1);
  EXPECT_EQ(report->head.seq, 10);
}

TEST_F(AuditFile, AnEmptyLogIsWhole) {
  Store empty = in_memory();
  const auto report = empty.audit().verify({});
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(report->faults, IsEmpty());
}

TEST_F(AuditFile, OurOwnConnectionCanNeitherChangeNorCutIt) {
  sqlite3* opened = nullptr;
  ASSERT_EQ(sqlite3_open(directory_.file("store.db").c_str(), &opened), SQLITE_OK);
  EXPECT_NE(sqlite3_exec(opened, "UPDATE audit SET actor = ''", nullptr, nullptr, nullptr),
            SQLITE_OK);
  EXPECT_NE(sqlite3_exec(opened, "DELETE FROM audit", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close_v2(opened);
  EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(AuditFile, AChangedRowIsNamed) {
  edit("UPDATE audit SET actor = 'user:mallory' WHERE seq = 4");
  EXPECT_THAT(faults(), ElementsAre("row 4 was changed, or a row before it was written anew"));
}

TEST_F(AuditFile, EveryColumnIsHeldByTheChain) {
  for (const char* column : {"action", "actor", "address", "agent", "account", "user_name",
                             "object", "detail"}) {
    edit("CREATE TABLE kept AS SELECT * FROM audit; UPDATE audit SET " + std::string(column) +
         " = 'x' WHERE seq = 4");
    EXPECT_EQ(faults().size(), 1U) << column;
    edit("DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; DROP TABLE kept");
  }
  edit("UPDATE audit SET time = time + 1 WHERE seq = 4");
  EXPECT_EQ(faults().size(), 1U);
}

TEST_F(AuditFile, ALetterThatMovesIntoTheNextColumnIsAChangeO19) {
  edit("UPDATE audit SET actor = 'user:alic', address = 'e192.0.2.7' WHERE seq = 4");
  EXPECT_EQ(faults().size(), 1U);
}

TEST_F(AuditFile, RemovedRowsAreNamed) {
  edit("DELETE FROM audit WHERE seq IN (4, 5, 8)");
  EXPECT_THAT(faults(), ElementsAre("rows 4 to 5 are missing", "row 8 is missing"));
}

TEST_F(AuditFile, ARowThatWasRemovedFromTheBeginningIsNamed) {
  edit("DELETE FROM audit WHERE seq = 1");
  EXPECT_THAT(faults(), ElementsAre("row 1 is missing"));
}

TEST_F(AuditFile, ExchangedRowsAreNamedWithWhereTheyStand) {
  edit("UPDATE audit SET seq = 100 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 7;"
       "UPDATE audit SET seq = 7 WHERE seq = 100");
  EXPECT_THAT(faults(), ElementsAre("row 3 was put elsewhere: it stands at 7",
                                    "row 7 was put elsewhere: it stands at 3"));
}

TEST_F(AuditFile, ACutEndIsNamed) {
  edit("DELETE FROM audit WHERE seq > 8");
  EXPECT_THAT(faults(), ElementsAre("rows 9 to 10 are missing at the end"));
}

TEST_F(AuditFile, AnEmptiedLogIsMissingAtTheEnd) {
  edit("DELETE FROM audit");
  EXPECT_THAT(faults(), ElementsAre("rows 1 to 10 are missing at the end"));
}

TEST_F(AuditFile, AddedRowsAreNamed) {
  edit("INSERT INTO audit SELECT 11, time, action, actor, address, agent, account, user_name,"
       " object, detail, chain FROM audit WHERE seq = 10");
  EXPECT_THAT(faults(), ElementsAre(HasSubstr("row 11 was changed"),
                                    "row 11 is not written by latchkey"));
}

TEST_F(AuditFile, ACleanCutIsSeenByWhoNotedTheHead) {
  const auto noted = store_.audit().head();
  ASSERT_THAT(noted, IsOk());
  edit("DELETE FROM audit WHERE seq > 8; UPDATE audit_chain SET head_seq = 8,"
       " head = (SELECT chain FROM audit WHERE seq = 8)");
  EXPECT_THAT(faults(), IsEmpty());
  EXPECT_THAT(faults({*noted}), ElementsAre("row 10, which was noted, is missing"));
}

TEST_F(AuditFile, ALogThatWasWrittenAnewIsSeenByWhoNotedTheHead) {
  const auto noted = store_.audit().head();
  ASSERT_THAT(noted, IsOk());
  edit("DELETE FROM audit; UPDATE audit_chain SET head_seq = 0, head = base");
  SetUp();
  ASSERT_THAT(store_.audit().append(kNow, kSomebody, {.action = model::AuditAction::kSignedOut}),
              IsOk());
  EXPECT_THAT(faults(), IsEmpty());  // the same rows in the same order are the same chain
  EXPECT_THAT(faults({*noted}), IsEmpty());
  edit("DELETE FROM audit; UPDATE audit_chain SET head_seq = 0, head = base");
  ASSERT_THAT(store_.audit().append(kNow, kSomebody, {.action = model::AuditAction::kSignedOut}),
              IsOk());
  SetUp();
  EXPECT_THAT(faults(), IsEmpty());
  EXPECT_THAT(faults({*noted}),
              ElementsAre("row 10 is not the one that was noted: the log was written anew"));
}

TEST_F(AuditFile, ALogThatWasWrittenAnewBehindTheNotedRowIsSeenByWhoNotedIt) {
  const auto noted = store_.audit().head();
  ASSERT_THAT(noted, IsOk());
  edit("DELETE FROM audit; UPDATE audit_chain SET base_seq = 10, base = zeroblob(32),"
       " head_seq = 10, head = zeroblob(32)");
  SetUp();
  EXPECT_THAT(faults(), IsEmpty());
  EXPECT_THAT(faults({*noted}),
              ElementsAre("row 10 is not the one that was noted: the log was written anew"));
}

TEST_F(AuditFile, ARowThatWasNotedMayBeTheLastOfThoseThatWerePruned) {
  const auto noted = store_.audit().head();
  ASSERT_THAT(noted, IsOk());
  ASSERT_EQ(store_.audit().prune(kNow + Seconds(99), kNow + Seconds(99)), 10);
  EXPECT_THAT(faults({*noted}), IsEmpty());
}

TEST_F(AuditFile, NamesNoMoreThanTwentyFaults) {
  for (int i = 0; i < 2; ++i) SetUp();
  edit("UPDATE audit SET actor = 'user:mallory'");
  EXPECT_EQ(faults().size(), kAuditFaultsMax);
}

}  // namespace
}  // namespace latchkey::store
