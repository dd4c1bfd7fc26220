#include "identity/local_users.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "latchkey/base/unique_fd.h"
#include "support/results.h"

namespace latchkey::identity {
namespace {

constexpr TimePoint kNow = from_unix(1'800'000'000);
constexpr const char* kAlice = "alice:$2y$04$LN.wpJozqAvUkqhOAiuO0OEBj/tyf6dKxgXdPlJYuQ8BgFWZ4N.iO\n";

// While it lives, the process may open one more file and no second one.
class OneDescriptorLeft {
 public:
  OneDescriptorLeft() {
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
    const UniqueFd next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    rlimit limit = before_;
    limit.rlim_cur = static_cast<rlim_t>(next.get()) + 1;
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  ~OneDescriptorLeft() { EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before_), 0); }
  OneDescriptorLeft(const OneDescriptorLeft&) = delete;
  OneDescriptorLeft& operator=(const OneDescriptorLeft&) = delete;

 private:
  rlimit before_{};
};

class UsersFile : public ::testing::Test {
 protected:
  UsersFile() {
    std::string name = (std::filesystem::temp_directory_path() / "lk-users-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    settings_.users_file = directory_ + "/users";
  }
  ~UsersFile() override { std::filesystem::remove_all(directory_); }

  // Writes the file, and waits until a stamp of it is taken for the same the next time.
  void write(const std::string& text) const {
    std::ofstream(settings_.users_file) << text;
    std::filesystem::permissions(settings_.users_file, std::filesystem::perms(0600));
    while (crypto::stamp_of(settings_.users_file)->unsettled_at_ns != 0) std::this_thread::yield();
  }

  std::string directory_;
  config::Local settings_;
  store::Store store_ =
      *store::Store::open(":memory:", config::Journal::kWal, store::Access::kCreate);
  LocalUsers users_{settings_, store_};
};

TEST_F(UsersFile, ThatCouldNotBeReadOnceIsReadTheNextTime) {
  write(kAlice);
  // The file's stamp takes the descriptor. Nothing is compared meanwhile: sanitizers need some.
  const Outcome scarce = [this] {
    const OneDescriptorLeft left;
    return users_.watch(kNow);
  }();
  EXPECT_THAT(scarce, FailsWith(ErrorCode::kUnavailable));
  EXPECT_FALSE(users_.has("alice"));
  EXPECT_THAT(users_.watch(kNow), IsOk());
  EXPECT_TRUE(users_.has("alice"));
}

TEST_F(UsersFile, ThatIsBadIsNotReadAgainUntilItChanges) {
  write("alice:in plain text\n");
  const Outcome first = users_.watch(kNow);
  const Outcome second = users_.watch(kNow);
  ASSERT_THAT(first, FailsWith(ErrorCode::kUnavailable));
  ASSERT_THAT(second, FailsWith(ErrorCode::kUnavailable));
  EXPECT_THAT(first.error().detail, ::testing::HasSubstr("users:1: "));
  EXPECT_EQ(second.error().detail, "the users file cannot be used");
  write(kAlice);
  EXPECT_THAT(users_.watch(kNow), IsOk());
}

}  // namespace
}  // namespace latchkey::identity
