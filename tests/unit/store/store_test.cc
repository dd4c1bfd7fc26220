#include "latchkey/store/store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

constexpr auto kWal = config::Journal::kWal;

mode_t mode_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(stat(path.c_str(), &found), 0) << path;
  return found.st_mode & 07777;
}

TEST(Store, MakesItsFilesReadableByItsOwnerOnlyN29) {
  const TemporaryDirectory place;
  const mode_t before = umask(0);
  Store store = create(place.file("data/latchkey.db"));
  person(store, "alice");
  umask(before);
  EXPECT_EQ(mode_of(place.file("data")), 0700U);
  EXPECT_EQ(mode_of(place.file("data/latchkey.db")), 0600U);
  EXPECT_EQ(mode_of(place.file("data/latchkey.db-wal")), 0600U);
  EXPECT_EQ(mode_of(place.file("data/latchkey.db-shm")), 0600U);
}

TEST(Store, RefusesADatabaseThatOthersCanReadN29) {
  const TemporaryDirectory place;
  const std::string path = place.file("latchkey.db");
  { create(path); }
  for (const mode_t mode : {0640U, 0604U, 0660U, 0620U}) {
    chmod(path.c_str(), mode);
    EXPECT_THAT(Store::open(path, kWal, Access::kReadWrite), FailsWith(ErrorCode::kUnavailable));
    EXPECT_THAT(Store::open(path, kWal, Access::kCreate), FailsWith(ErrorCode::kUnavailable));
  }
}

TEST(Store, RefusesADirectoryThatOthersCanWriteTo) {
  const TemporaryDirectory place;
  const std::string path = place.file("latchkey.db");
  { create(path); }
  chmod(place.path().c_str(), 0770);
  EXPECT_THAT(Store::open(path, kWal, Access::kReadWrite), FailsWith(ErrorCode::kUnavailable));
}

TEST(Store, RefusesASymbolicLinkInPlaceOfTheDatabaseM43) {
  const TemporaryDirectory place;
  { create(place.file("real.db")); }
  ASSERT_EQ(symlink(place.file("real.db").c_str(), place.file("latchkey.db").c_str()), 0);
  for (const Access access : {Access::kReadWrite, Access::kCreate}) {
    EXPECT_THAT(Store::open(place.file("latchkey.db"), kWal, access),
                FailsWith(ErrorCode::kUnavailable));
  }
}

TEST(Store, MakesNothingBehindADanglingSymbolicLinkM43) {
  const TemporaryDirectory place;
  ASSERT_EQ(symlink(place.file("elsewhere.db").c_str(), place.file("latchkey.db").c_str()), 0);
  EXPECT_THAT(Store::open(place.file("latchkey.db"), kWal, Access::kCreate),
              FailsWith(ErrorCode::kUnavailable));
  EXPECT_FALSE(std::filesystem::exists(place.file("elsewhere.db")));
}

TEST(Store, RefusesAFifoInPlaceOfTheDatabaseWithoutHangingM43) {
  const TemporaryDirectory place;
  ASSERT_EQ(mkfifo(place.file("latchkey.db").c_str(), 0600), 0);
  EXPECT_THAT(Store::open(place.file("latchkey.db"), kWal, Access::kCreate),
              FailsWith(ErrorCode::kUnavailable));
}

TEST(Store, FollowsALinkedDirectoryAsAdministratorsMakeThem) {
  const TemporaryDirectory place;
  { create(place.file("real/latchkey.db")); }
  ASSERT_EQ(symlink(place.file("real").c_str(), place.file("linked").c_str()), 0);
  EXPECT_THAT(Store::open(place.file("linked/latchkey.db"), kWal, Access::kReadWrite), IsOk());
}

TEST(Store, IsNeverMadeByLookingForIt) {
  const TemporaryDirectory place;
  const std::string path = place.file("latchkey.db");
  EXPECT_THAT(Store::open(path, kWal, Access::kReadWrite), FailsWith(ErrorCode::kUnavailable));
  Store attached = Store::attach(path, kWal);
  EXPECT_THAT(attached.sessions().find(hash_of("x")), FailsWith(ErrorCode::kUnavailable));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Store, RefusesAFileThatIsNoDatabase) {
  const TemporaryDirectory place;
  std::ofstream(place.file("latchkey.db")) << std::string(5000, 'x');
  chmod(place.file("latchkey.db").c_str(), 0600);
  for (const Access access : {Access::kReadWrite, Access::kCreate}) {
    EXPECT_THAT(Store::open(place.file("latchkey.db"), kWal, access),
                FailsWith(ErrorCode::kUnavailable));
  }
}

TEST(Store, KeepsWhatItWasToldWhenItIsMoved) {
  Store first = in_memory();
  Accounts& accounts = first.accounts();
  const Store second = std::move(first);
  SystemRandom random;
  EXPECT_THAT(accounts.sign_in("main", kIssuer, "s", profile_of("alice"), kNow, random), IsOk());
}

TEST(Store, KeepsEverythingOverARestartInEitherJournalMode) {
  for (const auto journal : {config::Journal::kWal, config::Journal::kDelete}) {
    const TemporaryDirectory place;
    const std::string path = place.file("latchkey.db");
    {
      Store store = create(path, journal);
      ASSERT_THAT(start(store, session_of(person(store, "alice"), "s1")), IsOk());
    }
    Store store = reopen(path, journal);
    EXPECT_THAT(store.sessions().find(hash_of("s1")), IsOk());
  }
}

TEST(Store, ChangesTheJournalModeWhenTheConfigurationDoes) {
  const TemporaryDirectory place;
  const std::string path = place.file("latchkey.db");
  { create(path, config::Journal::kWal); }
  Store store = reopen(path, config::Journal::kDelete);
  ASSERT_THAT(start(store, session_of(person(store, "alice"), "s1")), IsOk());
  EXPECT_FALSE(std::filesystem::exists(path + "-wal"));
}

TEST(Store, LeavesTheLogWhenACgiExits) {
  const TemporaryDirectory place;
  const std::string path = place.file("latchkey.db");
  { create(path); }
  {
    Store store = must(Store::open(path, kWal, Access::kReadWrite, OnClose::kLeave));
    person(store, "alice");
  }
  EXPECT_TRUE(std::filesystem::exists(path + "-wal"));
  Store store = reopen(path);
  EXPECT_THAT(store.accounts().find_by_name("alice"), IsOk());
}

}  // namespace
}  // namespace latchkey::store
