#include "latchkey/crypto/password.h"

#include <gtest/gtest.h>

#include <ctime>

#include "../../../src/crypto/password_hash.h"
#include "scratch.h"
#include "support/results.h"

namespace latchkey::crypto {
namespace {

// What htpasswd writes for the password `wonderland`, in each of its formats, and what mkpasswd adds.
constexpr const char* kApr1 = "$apr1$OuhbHZdI$CE59onBIIo9DOhNAl2Bgq1";
constexpr const char* kSha = "{SHA}tiY7sUhYKUwI5L3866kDY+ENcrQ=";
constexpr const char* kDes = "abbIw0V4oaGvc";
constexpr const char* kSha256 = "$5$0hf43CjYuOYDuztA$F5S1hf4IvglIM.5yg2kFZLqSdvCu7M24DRH71pqQbr/";
constexpr const char* kSha512 =
    "$6$plqeXz/cXanThG4w$IaNHl7SYK8gV.FF/1uS4k8s9z4w2tQKshbzk82urcHPD35VIHx43WCM5FNSrVttKIi03cG20OWcvLud28ISWS1";
constexpr const char* kBcrypt = "$2y$05$abcdefghijklmnopqrstuuA0vov2GDneHB3.8.cv9UF9g.RdvScIW";

SecretString secret(std::string_view text) { return SecretString(text); }

class PasswordFileTest : public testing::Scratch {
 protected:
  Result<PasswordFile> load(const std::string& content) {
    return PasswordFile::load(write("users", content));
  }
};

TEST_F(PasswordFileTest, ChecksEveryFormatOfHtpasswd) {
  for (const char* hash : {kApr1, kSha, kDes, kSha256, kSha512, kBcrypt}) {
    const Result<PasswordFile> file = load("alice:" + std::string(hash) + "\n");
    ASSERT_THAT(file, IsOk()) << hash;
    EXPECT_THAT(file->verify("alice", secret("wonderland")), IsOk()) << hash;
    EXPECT_THAT(file->verify("alice", secret("Wonderland")), FailsWith(ErrorCode::kRefused));
  }
}

TEST_F(PasswordFileTest, ChecksWhatHashPasswordMade) {
  SystemRandom random;
  const Result<std::string> hash = hash_password(secret("correct horse"), random, 4);
  ASSERT_THAT(hash, IsOk());
  EXPECT_TRUE(hash->starts_with("$2y$04$"));
  const Result<PasswordFile> file = load("bob:" + *hash);
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(file->verify("bob", secret("correct horse")), IsOk());
  EXPECT_THAT(file->verify("bob", secret("correct horse ")), FailsWith(ErrorCode::kRefused));
}

TEST_F(PasswordFileTest, RefusesEmptyOverlongAndCutPasswords) {
  const Result<PasswordFile> file = load("alice:" + std::string(kBcrypt));
  ASSERT_THAT(file, IsOk());
  using namespace std::string_view_literals;
  EXPECT_THAT(file->verify("alice", secret("")), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(file->verify("alice", secret("wonderland\0x"sv)), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(file->verify("alice", secret(std::string(kPasswordBytesMax + 1, 'w'))),
              FailsWith(ErrorCode::kRefused));
}

TEST_F(PasswordFileTest, TellsUnknownUsersAndWrongPasswordsApartInNoWay) {
  const Result<PasswordFile> file = load("alice:" + std::string(kBcrypt));
  ASSERT_THAT(file, IsOk());
  const Outcome unknown = file->verify("mallory", secret("wonderland"));
  const Outcome wrong = file->verify("alice", secret("x"));
  ASSERT_THAT(unknown, FailsWith(ErrorCode::kRefused));
  ASSERT_THAT(wrong, FailsWith(ErrorCode::kRefused));
  EXPECT_EQ(unknown.error().detail, wrong.error().detail);
}

// Processor time, not the clock on the wall: other programs on the machine do not count.
std::clock_t cost_of(const PasswordFile& file, std::string_view user) {
  const std::clock_t before = std::clock();
  static_cast<void>(file.verify(user, secret("guess")));
  return std::clock() - before;
}

TEST_F(PasswordFileTest, SpendsTheSameOnUsersItDoesNotKnow) {
  const Result<PasswordFile> mixed =
      load("alice:" + std::string(kBcrypt) + "\nold:" + std::string(kSha) + "\n");
  ASSERT_THAT(mixed, IsOk());
  const std::clock_t known = cost_of(*mixed, "alice");
  EXPECT_GT(cost_of(*mixed, "mallory") * 3, known);
  EXPECT_GT(cost_of(*mixed, "old") * 3, known);
  const Result<PasswordFile> empty = load("");
  ASSERT_THAT(empty, IsOk());
  EXPECT_GT(cost_of(*empty, "mallory"), CLOCKS_PER_SEC / 1000);
}

TEST_F(PasswordFileTest, SkipsCommentsEmptyLinesAndCarriageReturns) {
  const Result<PasswordFile> file = load("# people\r\n\r\nalice:" + std::string(kSha) +
                                         "\r\n\nbob:" + std::string(kSha) + ":Bob, second floor");
  ASSERT_THAT(file, IsOk());
  EXPECT_THAT(file->users(), ::testing::ElementsAre("alice", "bob"));
  EXPECT_THAT(file->verify("alice", secret("wonderland")), IsOk());
  EXPECT_THAT(file->verify("bob", secret("wonderland")), IsOk());
}

TEST_F(PasswordFileTest, NamesTheLineOfAFaultButNotItsContent) {
  const Result<PasswordFile> file = load("alice:" + std::string(kSha) + "\nbob:hunter2\n");
  ASSERT_THAT(file, FailsWith(ErrorCode::kMalformed));
  EXPECT_NE(file.error().detail.find("users:2:"), std::string::npos);
  EXPECT_EQ(file.error().detail.find("hunter2"), std::string::npos);
}

TEST_F(PasswordFileTest, RefusesPlainText) {
  EXPECT_FALSE(cost_of_hash("wonderland").has_value());
  EXPECT_FALSE(cost_of_hash("").has_value());
  EXPECT_FALSE(cost_of_hash("{SHA}short").has_value());
  EXPECT_FALSE(cost_of_hash("$apr1$").has_value());
  EXPECT_FALSE(cost_of_hash("{PLAIN}wonderland").has_value());
}

TEST_F(PasswordFileTest, RefusesABcryptCostThatWouldBlockAWorker) {
  std::string hash(kBcrypt);
  hash.replace(4, 2, "17");
  EXPECT_THAT(load("alice:" + hash), FailsWith(ErrorCode::kMalformed));
}

TEST_F(PasswordFileTest, RefusesAUserTwice) {
  const std::string line = "alice:" + std::string(kSha) + "\n";
  EXPECT_THAT(load(line + line), FailsWith(ErrorCode::kMalformed));
}

TEST_F(PasswordFileTest, RefusesUsersThatCannotBeHeaderValues) {
  const std::string hash(kSha);
  EXPECT_THAT(load("ali\xc3\xa7""e:" + hash), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(load("ali\tce:" + hash), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(load(" alice:" + hash), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(load(":" + hash), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(load("alice"), FailsWith(ErrorCode::kMalformed));
}

TEST_F(PasswordFileTest, RefusesAFileThatOthersCanReadOrChangeN29) {
  const std::string content = "alice:" + std::string(kSha) + "\n";
  EXPECT_THAT(PasswordFile::load(write("a", content, 0644)), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(PasswordFile::load(write("b", content, 0660)), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(PasswordFile::load(write("c", content, 0640)), IsOk());
  EXPECT_THAT(PasswordFile::load(path("missing")), FailsWith(ErrorCode::kUnavailable));
}

TEST_F(PasswordFileTest, FollowsTheLinkOfAMountedSecret) {
  write("real", "alice:" + std::string(kSha));
  std::filesystem::create_symlink(path("real"), path("link"));
  EXPECT_THAT(PasswordFile::load(path("link")), IsOk());
}

TEST_F(PasswordFileTest, GivesADigestThatChangesWithThePassword) {
  const Result<PasswordFile> before = load("alice:" + std::string(kSha));
  const Result<PasswordFile> same = load("bob:" + std::string(kSha) + "\nalice:" + kSha);
  const Result<PasswordFile> changed = load("alice:" + std::string(kApr1));
  EXPECT_EQ(before->entry_digest("alice"), same->entry_digest("alice"));
  EXPECT_NE(before->entry_digest("alice"), changed->entry_digest("alice"));
  EXPECT_NE(same->entry_digest("alice"), same->entry_digest("bob"));
  EXPECT_FALSE(before->entry_digest("mallory").has_value());
}

TEST(HashPassword, RefusesWhatBcryptWouldCut) {
  SystemRandom random;
  using namespace std::string_view_literals;
  EXPECT_THAT(hash_password(secret(""), random, 4), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(hash_password(secret(std::string(73, 'x')), random, 4),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(hash_password(secret("a\0b"sv), random, 4), FailsWith(ErrorCode::kRefused));
}

class FileStampTest : public testing::Scratch {};

TEST_F(FileStampTest, ChangesWhenTheFileIsReplaced) {
  const std::string file = write("f", "one");
  const Result<FileStamp> before = stamp_of(file);
  write("new", "two");
  std::filesystem::rename(path("new"), file);
  const Result<FileStamp> after = stamp_of(file);
  ASSERT_THAT(before, IsOk());
  ASSERT_THAT(after, IsOk());
  EXPECT_NE(*before, *after);
  EXPECT_THAT(stamp_of(path("missing")), FailsWith(ErrorCode::kUnavailable));
}

TEST_F(FileStampTest, IsNotBelievedRightAfterAChange) {
  const std::string file = write("f", "one");
  EXPECT_NE(*stamp_of(file), *stamp_of(file));
  // A file of the system's has been lying there for longer.
  EXPECT_EQ(*stamp_of("/etc/hostname"), *stamp_of("/etc/hostname"));
}

}  // namespace
}  // namespace latchkey::crypto
