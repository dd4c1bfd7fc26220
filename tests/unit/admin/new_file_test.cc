#include "admin/new_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/results.h"

namespace latchkey::admin {
namespace {

namespace fs = std::filesystem;

class NewFile : public ::testing::Test {
 protected:
  NewFile() {
    std::string path = (fs::temp_directory_path() / "lk-new-file-XXXXXX").string();
    directory_ = ::mkdtemp(path.data());
    file_ = directory_ + "/file";
  }
  ~NewFile() override { fs::remove_all(directory_); }

  std::string content() const {
    std::ifstream file(file_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string directory_;
  std::string file_;
};

// As a full disk does it: the file is there, and its content does not fit.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    static_cast<void>(std::signal(SIGXFSZ, handler_));
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_F(NewFile, HasItsContentAndItsModeWhateverTheUmask) {
  const mode_t before = ::umask(0077);
  EXPECT_THAT(write_new_file(file_, 0644, "text\n"), IsOk());
  ::umask(before);
  EXPECT_EQ(content(), "text\n");
  EXPECT_EQ(fs::status(file_).permissions(), fs::perms(0644));
}

TEST_F(NewFile, IsGoneAgainWhenItCannotBeFinished) {
  {
    const SmallFiles limit(8);
    EXPECT_THAT(write_new_file(file_, 0600, "more than eight bytes"),
                FailsWith(ErrorCode::kUnavailable));
  }
  EXPECT_FALSE(fs::exists(file_));
  EXPECT_THAT(write_new_file(file_, 0600, "more than eight bytes"), IsOk());
}

TEST_F(NewFile, NeverTouchesWhatIsThere) {
  ASSERT_THAT(write_new_file(file_, 0600, "first"), IsOk());
  EXPECT_THAT(write_new_file(file_, 0600, "second"), FailsWith(ErrorCode::kConflict));
  EXPECT_EQ(content(), "first");
}

TEST_F(NewFile, FollowsNoLink) {
  fs::create_symlink(directory_ + "/elsewhere", file_);
  EXPECT_THAT(write_new_file(file_, 0600, "text"), FailsWith(ErrorCode::kConflict));
  EXPECT_FALSE(fs::exists(directory_ + "/elsewhere"));
}

}  // namespace
}  // namespace latchkey::admin
