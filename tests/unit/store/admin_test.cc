#include "latchkey/store/admin.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>

#include "store/connection.h"
#include "store/sql.h"
#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

constexpr auto kWal = config::Journal::kWal;

TEST(Admin, MigratingAgainChangesNothing) {
  const TemporaryDirectory place;
  Store store = create(place.file("latchkey.db"));
  person(store, "alice");
  const std::string id = store.admin().instance_id().value_or("none");
  EXPECT_THAT(store.admin().migrate(), IsOk());
  EXPECT_EQ(store.admin().instance_id(), id);
  EXPECT_EQ(store.admin().schema_version(), static_cast<std::int64_t>(sql::kSchema.size()));
  EXPECT_THAT(store.accounts().find_by_name("alice"), IsOk());
}

TEST(Admin, GivesEachDatabaseAnIdOfItsOwn) {
  Store one = in_memory();
  Store two = in_memory();
  ASSERT_THAT(one.admin().instance_id(), IsOk());
  EXPECT_EQ(one.admin().instance_id()->size(), 32U);
  EXPECT_NE(*one.admin().instance_id(), *two.admin().instance_id());
}

TEST(Admin, RefusesASchemaNewerThanItKnows) {
  const TemporaryDirectory place;
  const std::string path = place.file("latchkey.db");
  { create(path); }
  {
    Connection connection(path, kWal, OnClose::kCheckpoint);
    ASSERT_THAT(connection.ensure_usable(), IsOk());
    ASSERT_THAT(connection.execute(SqlText("PRAGMA user_version = 9999")), IsOk());
  }
  for (const Access access : {Access::kReadWrite, Access::kCreate}) {
    const auto opened = Store::open(path, kWal, access);
    ASSERT_THAT(opened, FailsWith(ErrorCode::kUnavailable));
    EXPECT_NE(opened.error().detail.find("schema version 9999"), std::string::npos);
  }
}

TEST(Admin, AnOlderSchemaIsRefusedUntilMigrated) {
  const TemporaryDirectory place;
  const std::string path = place.file("latchkey.db");
  std::ofstream(path).close();  // an empty file is a database without any schema
  chmod(path.c_str(), 0600);
  const auto opened = Store::open(path, kWal, Access::kReadWrite);
  ASSERT_THAT(opened, FailsWith(ErrorCode::kUnavailable));
  EXPECT_NE(opened.error().detail.find("latchkey store migrate"), std::string::npos);

  Store attached = Store::attach(path, kWal);
  EXPECT_THAT(attached.accounts().find_by_name("alice"), FailsWith(ErrorCode::kUnavailable));
  { create(path); }
  EXPECT_THAT(attached.accounts().find_by_name("alice"), FailsWith(ErrorCode::kNotFound));
}

TEST(Admin, AnOldSchemaIsMigratedThroughAnAttachedStore) {
  const TemporaryDirectory place;
  Store attached = Store::attach(place.file("latchkey.db"), kWal);
  EXPECT_THAT(attached.admin().migrate(), IsOk());
  EXPECT_THAT(attached.admin().integrity_check(), IsOk());
}

TEST(Admin, WritesACopyThatOnlyItsOwnerCanReadN29) {
  const TemporaryDirectory place;
  Store store = create(place.file("latchkey.db"));
  person(store, "alice");
  const mode_t before = umask(0);
  EXPECT_THAT(store.admin().backup(place.file("copy.db")), IsOk());
  umask(before);
  struct stat found {};
  ASSERT_EQ(stat(place.file("copy.db").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600U);
  EXPECT_FALSE(std::filesystem::exists(place.file("copy.db.part")));
  Store copy = reopen(place.file("copy.db"));
  EXPECT_THAT(copy.admin().integrity_check(), IsOk());
  EXPECT_THAT(copy.accounts().find_by_name("alice"), IsOk());
}

TEST(Admin, NeverOverwritesAFileWithACopy) {
  const TemporaryDirectory place;
  Store store = create(place.file("latchkey.db"));
  std::ofstream(place.file("precious")) << "kept";
  EXPECT_THAT(store.admin().backup(place.file("precious")), FailsWith(ErrorCode::kConflict));
  std::string text;
  std::ifstream(place.file("precious")) >> text;
  EXPECT_EQ(text, "kept");
  EXPECT_THAT(store.admin().backup(place.file("no/such/place")),
              FailsWith(ErrorCode::kUnavailable));
}

TEST(Admin, PurgesWhatHasExpiredAndNothingElse) {
  Store store = in_memory();
  const model::Account alice = person(store, "alice");
  auto dead = session_of(alice, "idle");
  dead.idle_end = kNow;
  ASSERT_THAT(start(store, dead), IsOk());
  dead = session_of(alice, "over");
  dead.absolute_end = kNow;
  ASSERT_THAT(start(store, dead), IsOk());
  ASSERT_THAT(start(store, session_of(alice, "live")), IsOk());
  auto expired = credential_of(alice, "old");
  expired.expires = kNow - kDeadCredentialKept;
  ASSERT_THAT(store.credentials().issue(expired, kPlenty, kSomebody), IsOk());
  expired = credential_of(alice, "lately");
  expired.expires = kNow - Seconds(1);
  ASSERT_THAT(store.credentials().issue(expired, kPlenty, kSomebody), IsOk());
  ASSERT_THAT(store.sessions().obey_logout({kIssuer, "old", kNow, {}, {}}, kNow, kSomebody), IsOk());
  ASSERT_THAT(store.sessions().obey_logout({kIssuer, "new", kNow + Seconds(1), {}, {}}, kNow, kSomebody), IsOk());
  ASSERT_THAT(store.attempts().record_failure("x", "192.0.2.1", kNow - kAttemptMemory), IsOk());
  ASSERT_THAT(store.attempts().record_failure("y", "198.51.100.1", kNow), IsOk());

  const auto purged = store.admin().purge_expired(kNow);

  ASSERT_THAT(purged, IsOk());
  EXPECT_EQ(purged->sessions, 2);
  EXPECT_EQ(purged->credentials, 1);
  EXPECT_EQ(purged->login_states, 0);
  EXPECT_EQ(purged->logout_tokens, 1);
  EXPECT_EQ(purged->attempts, 2);
  EXPECT_THAT(store.sessions().find(hash_of("live")), IsOk());
  EXPECT_THAT(store.credentials().find(CredentialId("lately")), IsOk());
}

TEST(Admin, PurgesInStepsAndStopsWhereItIsTold) {
  Store store = in_memory();
  const int tokens = 2 * static_cast<int>(kPurgeRows) + 1;
  for (int i = 0; i < tokens; ++i) {
    ASSERT_THAT(store.sessions().obey_logout({kIssuer, std::to_string(i), kNow, {}, {}}, kNow, kSomebody), IsOk());
  }
  const auto none = store.admin().purge_expired(kNow, [] { return false; });
  ASSERT_THAT(none, IsOk());
  EXPECT_FALSE(none->complete);
  EXPECT_EQ(none->logout_tokens, 0);

  // The tables before have nothing: a step each, and one of this table.
  int steps = 4;
  const auto some = store.admin().purge_expired(kNow, [&steps] { return steps-- > 0; });
  ASSERT_THAT(some, IsOk());
  EXPECT_FALSE(some->complete);
  EXPECT_EQ(some->logout_tokens, kPurgeRows);

  const auto rest = store.admin().purge_expired(kNow);
  ASSERT_THAT(rest, IsOk());
  EXPECT_TRUE(rest->complete);
  EXPECT_EQ(rest->logout_tokens, kPurgeRows + 1);
}

TEST(Admin, PurgesUsedLoginStatesWhenTheStatesHaveExpired) {
  Store store = in_memory();
  ASSERT_THAT(start(store, session_of(person(store, "alice"), "s1")), IsOk());
  const auto purged = store.admin().purge_expired(kNow + Seconds(600));
  ASSERT_THAT(purged, IsOk());
  EXPECT_EQ(purged->login_states, 1);
}

}  // namespace
}  // namespace latchkey::store
