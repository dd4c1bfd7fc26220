#include "latchkey/crypto/file_stamp.h"

#include <gtest/gtest.h>

#include "scratch.h"
#include "support/results.h"

namespace latchkey::crypto {
namespace {

using namespace testing;
namespace fs = std::filesystem;

constexpr TimePoint kNow = from_unix(1'800'000'000);

class WatchedFileTest : public Scratch {
 protected:
  WatchedFileTest() : watched_(path("users")) {
    write("users", "ann");
    before_ = look();
  }

  FileStamp look(TimePoint now = kNow) {
    const Result<FileStamp> stamp = watched_.stamp(now);
    EXPECT_THAT(stamp, IsOk());
    return stamp.value_or(FileStamp{});
  }

  WatchedFile watched_;
  FileStamp before_;
};

TEST_F(WatchedFileTest, ShowsAChangeWithinTheSecond) {
  write("users", "bob");
  EXPECT_NE(look(), before_);
}

TEST_F(WatchedFileTest, ShowsAnotherFileInItsPlaceWithinTheSecond) {
  write("next", "ann");
  fs::rename(path("next"), path("users"));
  const FileStamp after = look();
  EXPECT_NE(after.inode, before_.inode);
  EXPECT_EQ(after.inode, stamp_of(path("users"))->inode);
}

TEST_F(WatchedFileTest, ShowsThatItIsGoneWithinTheSecond) {
  fs::rename(path("users"), path("elsewhere"));
  EXPECT_THAT(watched_.stamp(kNow), FailsWith(ErrorCode::kUnavailable));
  fs::rename(path("elsewhere"), path("users"));
  EXPECT_EQ(look().inode, before_.inode);
  fs::remove(path("users"));
  EXPECT_THAT(watched_.stamp(kNow), FailsWith(ErrorCode::kUnavailable));
}

TEST_F(WatchedFileTest, ShowsATurnedLinkInTheNextSecond) {
  fs::create_directory(path("old"));
  fs::create_directory(path("new"));
  write("old/users", "ann");
  write("new/users", "ann");
  fs::create_symlink("old", path("current"));
  WatchedFile linked(path("current/users"));
  EXPECT_EQ(linked.stamp(kNow)->inode, stamp_of(path("old/users"))->inode);
  fs::create_symlink("new", path("turned"));
  fs::rename(path("turned"), path("current"));
  EXPECT_EQ(linked.stamp(kNow + Seconds(1))->inode, stamp_of(path("new/users"))->inode);
}

TEST_F(WatchedFileTest, AgreesWithStampOfOnceTheFileIsSettled) {
  fs::last_write_time(path("users"), fs::file_time_type::clock::now() - std::chrono::hours(1));
  FileStamp stamp = look();
  while (stamp.unsettled_at_ns != 0) stamp = look();
  EXPECT_EQ(stamp, *stamp_of(path("users")));
  EXPECT_EQ(look(), stamp);
}

}  // namespace
}  // namespace latchkey::crypto
