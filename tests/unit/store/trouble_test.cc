// What a store does when its database is locked, full, read-only, missing or broken (C18): it says
// that it cannot tell, soon, and works again by itself when the trouble is over.
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "store/connection.h"
#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

constexpr auto kWal = config::Journal::kWal;
constexpr auto kDelete = config::Journal::kDelete;
// 250 ms of patience, and slack for a machine that does other things as well.
constexpr std::chrono::milliseconds kSoon{1000};
constexpr uid_t kNobody = 65534;

// Somebody else's connection, which takes locks by hand.
class OtherProgram {
 public:
  explicit OtherProgram(const std::string& path) {
    sqlite3* opened = nullptr;
    EXPECT_EQ(sqlite3_open(path.c_str(), &opened), SQLITE_OK);
    database_.reset(opened);
  }
  void run(const char* sql) {
    EXPECT_EQ(sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database_.get());
  }

 private:
  Handle<sqlite3, sqlite3_close_v2> database_;
};

// Root reads and writes what it likes, so these tests become somebody else for a while.
class AsNobody {
 public:
  explicit AsNobody(const std::string& directory) : root_(geteuid() == 0) {
    if (!root_) return;
    EXPECT_EQ(chown(directory.c_str(), kNobody, kNobody), 0);
    EXPECT_EQ(seteuid(kNobody), 0);
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  ~AsNobody() {
    if (!root_) return;
    EXPECT_EQ(seteuid(0), 0);
  }

 private:
  const bool root_;
};

class Trouble : public testing::Test {
 protected:
  // A store with alice, her session s1 and her credential c1, all on the disk.
  Store filled(config::Journal journal = kWal) {
    Store store = create(path_, journal);
    const model::Account alice = person(store, "alice");
    EXPECT_THAT(start(store, session_of(alice, "s1")), IsOk());
    EXPECT_THAT(store.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody), IsOk());
    return store;
  }

  // True if the decision's two questions are answered.
  static bool reads(Store& store) {
    return store.sessions().find(hash_of("s1")).has_value() &&
           store.credentials().find(CredentialId("c1")).has_value();
  }

  static void expect_soon_unavailable(Store& store) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(store.sessions().find(hash_of("s1")), FailsWith(ErrorCode::kUnavailable));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kSoon);
  }

  static void expect_no_write(Store& store) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(store.credentials().revoke(CredentialId("c1"), kNow, kSomebody),
                FailsWith(ErrorCode::kUnavailable));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kSoon);
  }

  static void expect_write(Store& store) {
    EXPECT_THAT(store.credentials().revoke(CredentialId("c1"), kNow, kSomebody), IsOk());
    EXPECT_TRUE(store.credentials().find(CredentialId("c1"))->credential.revoked.has_value());
  }

  const TemporaryDirectory place_;
  const std::string path_ = place_.file("latchkey.db");
};

TEST_F(Trouble, ALockedDatabaseIsUnavailableUntilItIsUnlockedC18) {
  Store store = filled(kDelete);
  OtherProgram other(path_);
  other.run("BEGIN EXCLUSIVE");
  expect_soon_unavailable(store);
  expect_no_write(store);
  other.run("ROLLBACK");
  EXPECT_TRUE(reads(store));
  expect_write(store);
}

TEST_F(Trouble, ALockedDatabaseIsWaitedForABit) {
  Store store = filled();
  OtherProgram other(path_);
  other.run("BEGIN IMMEDIATE");
  const auto begin = std::chrono::steady_clock::now();
  expect_no_write(store);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, kPatience);
}

TEST_F(Trouble, AnotherWriterDoesNotKeepDecisionsFromBeingMadeC18) {
  Store store = filled();
  OtherProgram other(path_);
  other.run("BEGIN EXCLUSIVE");
  EXPECT_TRUE(reads(store));
  expect_no_write(store);
}

TEST_F(Trouble, ALockedDatabaseIsNotReportedAsRevokedN21) {
  Store store = filled();
  OtherProgram other(path_);
  other.run("BEGIN IMMEDIATE");
  expect_no_write(store);
  EXPECT_FALSE(store.credentials().find(CredentialId("c1"))->credential.revoked.has_value());
  other.run("ROLLBACK");
  expect_write(store);
}

TEST_F(Trouble, CoarseWritesHardlyWaitForALock) {
  Store store = filled();
  OtherProgram other(path_);
  other.run("BEGIN IMMEDIATE");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(store.sessions().touch("s1", kNow, kNow), FailsWith(ErrorCode::kUnavailable));
  EXPECT_THAT(store.credentials().touch(CredentialId("c1"), kNow, "", ""),
              FailsWith(ErrorCode::kUnavailable));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience);
}

TEST_F(Trouble, AFullDiskKeepsDecisionsAndRefusesWritesC18N21) {
  filled();
  Connection connection(path_, kWal, OnClose::kCheckpoint);
  ASSERT_THAT(connection.ensure_usable(), IsOk());
  ASSERT_THAT(connection.execute(SqlText("PRAGMA max_page_count = 1")), IsOk());  // as it is now
  Sessions sessions(connection);
  Result<std::int64_t> seen = 0;
  for (int i = 0; seen && i < 10'000; ++i) {
    seen = sessions.obey_logout({kIssuer, "jti" + std::to_string(i), kNow, {}, {}}, kNow, kSomebody);
  }
  EXPECT_THAT(seen, FailsWith(ErrorCode::kUnavailable));
  EXPECT_THAT(sessions.find(hash_of("s1")), IsOk());
  EXPECT_THAT(Credentials(connection).find(CredentialId("c1")), IsOk());

  ASSERT_THAT(connection.execute(SqlText("PRAGMA max_page_count = 100000")), IsOk());
  EXPECT_THAT(sessions.obey_logout({kIssuer, "later", kNow, {}, {}}, kNow, kSomebody), IsOk());
}

TEST_F(Trouble, ALogoutThatEndedNothingMayBeDeliveredAgainM26) {
  Store store = filled();
  OtherProgram other(path_);
  other.run("CREATE TRIGGER stuck BEFORE DELETE ON session BEGIN SELECT RAISE(FAIL, 'no'); END");
  const LogoutOrder order{kIssuer, "jti", kNow + Seconds(60), {}, "alice"};
  EXPECT_FALSE(store.sessions().obey_logout(order, kNow, kSomebody).has_value());
  EXPECT_TRUE(reads(store));

  other.run("DROP TRIGGER stuck");
  EXPECT_EQ(store.sessions().obey_logout(order, kNow, kSomebody), 1);
  EXPECT_THAT(store.sessions().obey_logout(order, kNow, kSomebody), FailsWith(ErrorCode::kConflict));
}

TEST_F(Trouble, AFullDiskCreatesNeitherSessionNorUsedStateC18) {
  Store setup = filled();
  const model::Account alice = *setup.accounts().find_by_name("alice");
  Connection connection(path_, kWal, OnClose::kCheckpoint);
  ASSERT_THAT(connection.ensure_usable(), IsOk());
  ASSERT_THAT(connection.execute(SqlText("PRAGMA max_page_count = 1")), IsOk());
  auto large = session_of(alice, "large");
  large.sealed_id_token = std::string(1'000'000, 'x');
  Sessions sessions(connection);
  EXPECT_THAT(sessions.create(large, hash_of("large"), "state", kNow),
              FailsWith(ErrorCode::kUnavailable));
  EXPECT_EQ(sessions.state_used("state"), StateUsed::kNo);
}

TEST_F(Trouble, AReadOnlyFileKeepsDecisionsAndRefusesWritesC18N21) {
  for (const auto journal : {kWal, kDelete}) {
    const TemporaryDirectory place;
    const AsNobody nobody(place.path());
    const std::string path = place.file("latchkey.db");
    {
      Store setup = create(path, journal);
      ASSERT_THAT(
          setup.credentials().issue(credential_of(person(setup, "alice"), "c1"), kPlenty, kSomebody),
          IsOk());
      ASSERT_THAT(start(setup, session_of(*setup.accounts().find_by_name("alice"), "s1")), IsOk());
    }
    ASSERT_EQ(chmod(path.c_str(), 0400), 0);
    Store store = Store::attach(path, journal);
    EXPECT_TRUE(reads(store));
    expect_no_write(store);
    EXPECT_TRUE(reads(store));
    ASSERT_EQ(chmod(path.c_str(), 0600), 0);
    expect_write(store);
  }
}

TEST_F(Trouble, AMissingFileIsUnavailableAndNeverMadeAnewC18) {
  Store store = filled();
  std::filesystem::rename(path_, place_.file("away.db"));
  store.recheck_file();
  expect_soon_unavailable(store);
  expect_no_write(store);
  EXPECT_FALSE(std::filesystem::exists(path_));
  std::filesystem::rename(place_.file("away.db"), path_);
  EXPECT_TRUE(reads(store));
  expect_write(store);
}

TEST_F(Trouble, AStoreThatWasAllowedToCreateDoesNotCreateTwice) {
  Store store = filled();
  std::filesystem::remove(path_);
  store.recheck_file();
  expect_soon_unavailable(store);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(Trouble, AMissingDirectoryIsUnavailableUntilItIsBack) {
  const std::string path = place_.file("data/latchkey.db");
  { person(*std::make_unique<Store>(create(path)), "alice"); }
  Store store = Store::attach(path, kWal);
  std::filesystem::rename(place_.file("data"), place_.file("elsewhere"));
  EXPECT_THAT(store.accounts().find_by_name("alice"), FailsWith(ErrorCode::kUnavailable));
  std::filesystem::rename(place_.file("elsewhere"), place_.file("data"));
  EXPECT_THAT(store.accounts().find_by_name("alice"), IsOk());
}

TEST_F(Trouble, AReplacedFileIsTheOneThatAnswers) {
  Store store = filled();
  ASSERT_THAT(store.admin().backup(place_.file("backup.db")), IsOk());
  ASSERT_THAT(store.accounts().remove(store.accounts().find_by_name("alice")->id, kNow, kSomebody), IsOk());
  std::filesystem::rename(place_.file("backup.db"), path_);
  std::filesystem::remove(path_ + "-wal");
  std::filesystem::remove(path_ + "-shm");
  store.recheck_file();
  EXPECT_TRUE(reads(store));
  EXPECT_THAT(store.admin().integrity_check(), IsOk());
}

TEST_F(Trouble, AFileThatOthersCanReadIsUnavailableUntilPutRightN29) {
  Store store = filled();
  ASSERT_EQ(chmod(path_.c_str(), 0644), 0);
  store.recheck_file();
  expect_soon_unavailable(store);
  ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
  EXPECT_TRUE(reads(store));
}

// Overwrites the bytes of a file from `begin` on.
void overwrite(const std::string& path, std::size_t begin) {
  const auto size = std::filesystem::file_size(path);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(begin));
  file << std::string(size - begin, '\xa5');
}

void replace_with(const std::string& good, const std::string& path) {
  std::filesystem::copy_file(good, path + ".new");
  std::filesystem::rename(path + ".new", path);
}

TEST_F(Trouble, ABrokenHeaderIsUnavailableUntilTheFileIsPutBackC18) {
  { filled(); }
  std::filesystem::copy_file(path_, place_.file("good.db"));
  overwrite(path_, 0);
  Store store = Store::attach(path_, kWal);
  expect_soon_unavailable(store);
  expect_no_write(store);
  replace_with(place_.file("good.db"), path_);
  EXPECT_TRUE(reads(store));
  expect_write(store);
}

TEST_F(Trouble, BrokenPagesAreUnavailableUntilTheFileIsPutBackC18) {
  {
    Store setup = filled(kDelete);
    const model::Account alice = *setup.accounts().find_by_name("alice");
    for (int i = 0; i < 40; ++i) {
      auto session = session_of(alice, "more" + std::to_string(i));
      session.sealed_id_token = std::string(3000, 'x');
      ASSERT_THAT(start(setup, session), IsOk());
    }
  }
  std::filesystem::copy_file(path_, place_.file("good.db"));
  Store store = reopen(path_, kDelete);
  constexpr std::size_t kPage = 4096;
  overwrite(path_, kPage);  // the first page, with the schema, stays
  expect_soon_unavailable(store);
  EXPECT_THAT(store.admin().integrity_check(), FailsWith(ErrorCode::kUnavailable));
  replace_with(place_.file("good.db"), path_);
  EXPECT_TRUE(reads(store));
  expect_write(store);
}

TEST_F(Trouble, ATruncatedFileIsUnavailableUntilPutBackC18) {
  { filled(); }
  std::filesystem::copy_file(path_, place_.file("good.db"));
  std::filesystem::resize_file(path_, 6000);
  Store store = Store::attach(path_, kWal);
  expect_soon_unavailable(store);
  replace_with(place_.file("good.db"), path_);
  EXPECT_TRUE(reads(store));
}

TEST_F(Trouble, AnEmptiedFileIsUnavailableAndNotFilledAgain) {
  { filled(); }
  std::filesystem::resize_file(path_, 0);
  Store store = Store::attach(path_, kWal);
  expect_soon_unavailable(store);
  EXPECT_EQ(std::filesystem::file_size(path_), 0U);
}

}  // namespace
}  // namespace latchkey::store
