#include "latchkey/crypto/key_directory.h"

#include <gtest/gtest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <utility>

#include "latchkey/base/unique_fd.h"
#include "scratch.h"
#include "support/results.h"
#include "token_maker.h"

namespace latchkey::crypto {
namespace {

using namespace testing;

const TimePoint kNow = from_unix(1'800'000'000);

// Making a key takes most of a second, so a directory is made once and copied for each test.
class KeyDirectoryTest : public Scratch {
 protected:
  KeyDirectoryTest() : directory_(path("keys")) {
    static const std::string made = make_once();
    std::filesystem::copy(made, path("keys"));
    ::chmod(path("keys").c_str(), 0700);
  }

  struct Directory {
    Directory() { EXPECT_NE(::mkdtemp(path.data()), nullptr); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory() { std::filesystem::remove_all(path); }
    std::string path = (std::filesystem::temp_directory_path() / "lk-keys-XXXXXX").string();
  };

  static std::string make_once() {
    static const Directory root;
    SystemRandom random;
    EXPECT_THAT(KeyDirectory::create(root.path + "/keys", random), IsOk());
    return root.path + "/keys";
  }

  std::string file(const std::string& name) { return path("keys/" + name); }
  KeyId active() { return directory_.active_signing_key(kNow)->id(); }

  KeyDirectory directory_;
  SystemRandom random_;
};

TEST_F(KeyDirectoryTest, IsMadeWithOneKeyThatSignsAndVerifies) {
  const Result<SigningKey> signing = directory_.active_signing_key(kNow);
  ASSERT_THAT(signing, IsOk());
  const Result<KeyRing> ring = directory_.public_keys();
  ASSERT_THAT(ring, IsOk());
  const VerificationKey* const key = ring->find(signing->id());
  ASSERT_NE(key, nullptr);
  EXPECT_THAT(key->algorithms(), ::testing::ElementsAre("RS256"));
  EXPECT_THAT(check(*key, signing->sign(kClaims)->reveal()), IsOk());
  EXPECT_THAT(directory_.sealer(), IsOk());
  const Result<std::vector<KeyInfo>> keys = directory_.list(kNow);
  ASSERT_EQ(keys->size(), 1U);
  EXPECT_EQ(keys->at(0).state, KeyState::kActive);
  EXPECT_EQ(keys->at(0).bits, 3072);
  EXPECT_GT(to_unix(keys->at(0).created), 1'600'000'000);
}

TEST_F(KeyDirectoryTest, KeepsItsSecretsToItsOwnerN29) {
  const std::string made = path("fresh");
  ::umask(0);
  ASSERT_THAT(KeyDirectory::create(made, random_), IsOk());
  ::umask(022);
  EXPECT_EQ(mode_of(made), 0700U);
  int private_files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(made)) {
    const std::string name = entry.path().filename();
    const bool is_private = name.starts_with("signing-") || name == "seal.key";
    EXPECT_EQ(mode_of(entry.path()), is_private ? 0600U : 0644U) << name;
    private_files += is_private ? 1 : 0;
  }
  EXPECT_EQ(private_files, 2);
}

TEST_F(KeyDirectoryTest, IsNotMadeOverAnother) {
  EXPECT_THAT(KeyDirectory::create(path("keys"), random_), FailsWith(ErrorCode::kConflict));
}

TEST_F(KeyDirectoryTest, RotatesWithTheOldKeyStillGood) {
  const Result<SigningKey> old = directory_.active_signing_key(kNow);
  const Result<KeyStamp> before = directory_.stamp();
  const Result<KeyId> fresh = directory_.rotate(kNow);
  ASSERT_THAT(fresh, IsOk());
  EXPECT_NE(*fresh, old->id());
  EXPECT_EQ(active(), *fresh);
  EXPECT_NE(*before, *directory_.stamp());
  const Result<KeyRing> ring = directory_.public_keys();
  ASSERT_EQ(ring->size(), 2U);
  EXPECT_THAT(check(*ring->find(old->id()), old->sign(kClaims)->reveal()), IsOk());
  const Result<std::vector<KeyInfo>> keys = directory_.list(kNow);
  ASSERT_EQ(keys->size(), 2U);
  const auto jwks = wire::Json::parse(*directory_.export_jwks(), 65536);
  EXPECT_EQ(jwks->array("keys")->size(), 2U);
}

TEST_F(KeyDirectoryTest, AKeyThatWaitsIsPublishedAtOnceAndSignsFromItsTimeOn) {
  const KeyId old = active();
  const Result<KeyId> next = directory_.rotate(kNow, Seconds(3600));
  ASSERT_THAT(next, IsOk());
  EXPECT_NE(directory_.public_keys()->find(*next), nullptr);
  EXPECT_EQ(directory_.active_signing_key(kNow + Seconds(3599))->id(), old);
  EXPECT_EQ(directory_.active_signing_key(kNow + Seconds(3600))->id(), *next);
  const Result<std::vector<KeyInfo>> before = directory_.list(kNow);
  for (const KeyInfo& info : *before) {
    EXPECT_EQ(info.state, info.id == *next ? KeyState::kNext : KeyState::kActive);
    EXPECT_EQ(info.signs_from.has_value(), info.id == *next);
  }
  const Result<std::vector<KeyInfo>> after = directory_.list(kNow + Seconds(3600));
  for (const KeyInfo& info : *after) {
    EXPECT_EQ(info.state, info.id == *next ? KeyState::kActive : KeyState::kVerifyOnly);
  }
}

TEST_F(KeyDirectoryTest, SettlesAKeyWhoseTimeHasComeOnce) {
  const Result<KeyId> next = directory_.rotate(kNow, Seconds(60));
  std::vector<KeyId> activated;
  const KeyChanger change = [&](const std::vector<KeyNews>& news, KeyFiles& files) {
    EXPECT_EQ(news.size(), 1U);
    EXPECT_EQ(news.front().event, KeyEvent::kActivated);
    activated.push_back(news.front().id);
    return files.apply();
  };
  for (const Seconds after : {Seconds(59), Seconds(60), Seconds(60)}) {
    EXPECT_THAT(directory_.settle(kNow + after, change), IsOk());
  }
  EXPECT_THAT(activated, ::testing::ElementsAre(*next));
  EXPECT_EQ(active(), *next);
  EXPECT_FALSE(std::filesystem::exists(file("next")));
}

TEST_F(KeyDirectoryTest, OneKeyWaitsAtATime) {
  ASSERT_THAT(directory_.rotate(kNow, Seconds(60)), IsOk());
  EXPECT_THAT(directory_.rotate(kNow), FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(directory_.rotate(kNow, Seconds(60)), FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(directory_.rotate(kNow + Seconds(60)), IsOk());
  EXPECT_FALSE(std::filesystem::exists(file("next")));
}

TEST_F(KeyDirectoryTest, AKeyThatWaitsIsDroppedWithItsPlan) {
  const KeyId old = active();
  const Result<KeyId> next = directory_.rotate(kNow, Seconds(60));
  EXPECT_THAT(directory_.retire(*next, kNow), FailsWith(ErrorCode::kConflict));
  EXPECT_EQ(*directory_.drop(*next, kNow), std::optional<KeyId>());
  EXPECT_EQ(directory_.public_keys()->find(*next), nullptr);
  EXPECT_EQ(directory_.active_signing_key(kNow + Seconds(60))->id(), old);
}

// What nobody knows the key of was not signed by one that only waited.
TEST_F(KeyDirectoryTest, OnlyAKeyThatMayHaveSignedIsToldOfAsDropped) {
  const KeyId old = active();
  const KeyId next = *directory_.rotate(kNow, Seconds(60));
  std::vector<KeyEvent> told;
  const KeyChanger change = [&](const std::vector<KeyNews>& news, KeyFiles&) -> Outcome {
    for (const KeyNews& one : news) told.push_back(one.event);
    return fail(ErrorCode::kUnavailable, "another time");
  };
  static_cast<void>(directory_.drop(next, kNow + Seconds(59), change));
  EXPECT_THAT(std::exchange(told, {}), ::testing::ElementsAre(KeyEvent::kRetired));
  static_cast<void>(directory_.drop(next, kNow + Seconds(60), change));
  EXPECT_THAT(std::exchange(told, {}), ::testing::ElementsAre(KeyEvent::kActivated,
                                                              KeyEvent::kDropped, KeyEvent::kAdded));
  static_cast<void>(directory_.drop(old, kNow + Seconds(60), change));
  EXPECT_THAT(told, ::testing::ElementsAre(KeyEvent::kActivated, KeyEvent::kDropped));
}

TEST_F(KeyDirectoryTest, DroppingTheKeyThatSignsPutsANewOneInItsPlace) {
  const KeyId stolen = active();
  const auto fresh = directory_.drop(stolen, kNow);
  ASSERT_THAT(fresh, IsOk());
  ASSERT_TRUE(fresh->has_value());
  EXPECT_EQ(active(), **fresh);
  EXPECT_EQ(directory_.public_keys()->find(stolen), nullptr);
  EXPECT_NE(directory_.public_keys()->find(**fresh), nullptr);
  EXPECT_FALSE(std::filesystem::exists(file("signing-" + stolen.text() + ".pem")));
  EXPECT_THAT(directory_.drop(stolen, kNow), FailsWith(ErrorCode::kNotFound));
}

TEST_F(KeyDirectoryTest, DropsAlsoAKeyOfWhichAPartIsGone) {
  const KeyId stolen = active();
  const std::string verifies = file("public-" + stolen.text() + ".pem");
  const std::string signs = file("signing-" + stolen.text() + ".pem");
  std::vector<KeyNews> told;
  const KeyChanger change = [&](const std::vector<KeyNews>& news, KeyFiles& files) {
    told = news;
    return files.apply();
  };
  std::filesystem::remove(verifies);
  const auto second = directory_.drop(stolen, kNow, change);
  ASSERT_THAT(second, IsOk());
  ASSERT_TRUE(second->has_value());
  EXPECT_EQ(active(), **second);
  EXPECT_FALSE(std::filesystem::exists(signs));
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told.front().event, KeyEvent::kDropped);
  EXPECT_EQ(told.front().id, stolen);

  // Nothing but its name is left.
  std::filesystem::remove(file("public-" + (*second)->text() + ".pem"));
  std::filesystem::remove(file("signing-" + (*second)->text() + ".pem"));
  const auto third = directory_.drop(**second, kNow);
  ASSERT_THAT(third, IsOk());
  ASSERT_TRUE(third->has_value());
  EXPECT_EQ(active(), **third);

  // It signs no more, but could.
  write("keys/signing-" + stolen.text() + ".pem", "x", 0600);
  EXPECT_EQ(*directory_.drop(stolen, kNow), std::optional<KeyId>());
  EXPECT_FALSE(std::filesystem::exists(signs));
  EXPECT_THAT(directory_.drop(stolen, kNow), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(directory_.drop(KeyId("../keys/x"), kNow), FailsWith(ErrorCode::kNotFound));
}

TEST_F(KeyDirectoryTest, DropsTheKeyThatTookOverByItsPlan) {
  const KeyId old = active();
  const Result<KeyId> next = directory_.rotate(kNow, Seconds(60));
  const auto fresh = directory_.drop(*next, kNow + Seconds(61));
  ASSERT_THAT(fresh, IsOk());
  ASSERT_TRUE(fresh->has_value());
  EXPECT_NE(**fresh, old);
  EXPECT_EQ(active(), **fresh);
}

TEST_F(KeyDirectoryTest, RefusesAPlanThatIsNone) {
  for (const char* content :
       {"", "\n", "x\n", "../../etc/passwd 1\n", "x 99999999999999\n", "x -1\n"}) {
    write("keys/next", content, 0644);
    EXPECT_FALSE(directory_.active_signing_key(kNow).has_value()) << content;
    EXPECT_FALSE(directory_.settle(kNow).has_value()) << content;
  }
}

TEST_F(KeyDirectoryTest, NeverMakesMoreKeysThanAreRead) {
  // Names are enough to be counted; that these files hold other keys is not what is asked here.
  for (int i = 10; i < 10 + 63; ++i) {
    write("keys/public-old" + std::to_string(i) + ".pem", "x", 0644);
  }
  const auto past = std::filesystem::file_time_type::clock::now() - std::chrono::hours(24);
  std::filesystem::last_write_time(file("public-old42.pem"), past);
  const KeyId signs = active();

  const Result<KeyId> refused = directory_.rotate(kNow);

  ASSERT_THAT(refused, FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(refused.error().detail, ::testing::HasSubstr("retire old42 first"));
  EXPECT_EQ(active(), signs);
  ASSERT_THAT(directory_.retire(KeyId("old42"), kNow), IsOk());
  EXPECT_THAT(directory_.rotate(kNow), IsOk());
}

TEST_F(KeyDirectoryTest, RetiresAKeyWithBothHalves) {
  const KeyId old = active();
  ASSERT_THAT(directory_.rotate(kNow), IsOk());
  ASSERT_THAT(directory_.retire(old, kNow), IsOk());
  EXPECT_EQ(directory_.public_keys()->find(old), nullptr);
  EXPECT_FALSE(std::filesystem::exists(file("signing-" + old.text() + ".pem")));
  EXPECT_THAT(directory_.retire(old, kNow), FailsWith(ErrorCode::kNotFound));
}

TEST_F(KeyDirectoryTest, NeverRetiresTheKeyThatSignsNorAPath) {
  EXPECT_THAT(directory_.retire(active(), kNow), FailsWith(ErrorCode::kConflict));
  write("public-x.pem", "elsewhere");
  EXPECT_THAT(directory_.retire(KeyId("a/../../public-x"), kNow), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(directory_.retire(KeyId(""), kNow), FailsWith(ErrorCode::kNotFound));
}

TEST_F(KeyDirectoryTest, LetsOneWriterInAtATimeM43) {
  const UniqueFd other(::open(path("keys").c_str(), O_RDONLY | O_DIRECTORY));
  ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
  EXPECT_THAT(directory_.rotate(kNow), FailsWith(ErrorCode::kUnavailable));
  EXPECT_THAT(directory_.public_keys(), IsOk());
}

TEST_F(KeyDirectoryTest, RefusesLinksFifosAndHugeFilesM43) {
  const std::string name = "public-" + active().text() + ".pem";
  const std::string content = read(file(name));
  const std::string elsewhere = write("elsewhere.pem", content, 0644);
  std::filesystem::remove(file(name));
  std::filesystem::create_symlink(elsewhere, file(name));
  EXPECT_THAT(directory_.public_keys(), FailsWith(ErrorCode::kRefused));
  std::filesystem::remove(file(name));
  ASSERT_EQ(::mkfifo(file(name).c_str(), 0644), 0);
  EXPECT_THAT(directory_.public_keys(), FailsWith(ErrorCode::kRefused));
  std::filesystem::remove(file(name));
  write("keys/" + name, content, 0644);
  ASSERT_EQ(::truncate(file(name).c_str(), 1'000'000'000), 0);
  EXPECT_THAT(directory_.public_keys(), FailsWith(ErrorCode::kRefused));
}

TEST_F(KeyDirectoryTest, RefusesADirectoryThatOthersCanChangeM43) {
  ::chmod(path("keys").c_str(), 0770);
  EXPECT_THAT(directory_.public_keys(), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(directory_.rotate(kNow), FailsWith(ErrorCode::kRefused));
  std::filesystem::create_symlink(path("keys"), path("link"));
  ::chmod(path("keys").c_str(), 0700);
  EXPECT_THAT(KeyDirectory(path("link")).public_keys(), FailsWith(ErrorCode::kRefused));
}

TEST_F(KeyDirectoryTest, RefusesSecretsThatOthersCanReadN29) {
  ::chmod(file("signing-" + active().text() + ".pem").c_str(), 0640);
  EXPECT_THAT(directory_.active_signing_key(kNow), FailsWith(ErrorCode::kRefused));
  ::chmod(file("seal.key").c_str(), 0604);
  EXPECT_THAT(directory_.sealer(), FailsWith(ErrorCode::kRefused));
}

TEST_F(KeyDirectoryTest, RefusesAFileThatHoldsAnotherKeyThanItsName) {
  write("keys/public-" + active().text() + ".pem", public_pem(rsa_2048()), 0644);
  EXPECT_THAT(directory_.public_keys(), FailsWith(ErrorCode::kRefused));
}

TEST_F(KeyDirectoryTest, RefusesAnActiveFileThatPointsElsewhere) {
  for (const char* content : {"", "\n", "../../etc/passwd\n", "a b", "nobody\n"}) {
    write("keys/active", content, 0644);
    EXPECT_FALSE(directory_.active_signing_key(kNow).has_value()) << content;
  }
}

// The files of the directory with what is in them, hidden ones too.
std::map<std::string, std::string> content_of(const std::string& directory) {
  std::map<std::string, std::string> content;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    content[entry.path().filename()] = text.str();
  }
  return content;
}

TEST_F(KeyDirectoryTest, IsAsBeforeWhenAChangeIsNotTold) {
  const KeyId old = active();
  const KeyId next = *directory_.rotate(kNow, Seconds(60));
  const auto before = content_of(path("keys"));
  const KeyChanger refuses = [](const std::vector<KeyNews>&, KeyFiles&) -> Outcome {
    return fail(ErrorCode::kUnavailable, "no log");
  };
  const KeyChanger takes_back = [](const std::vector<KeyNews>&, KeyFiles& files) -> Outcome {
    EXPECT_THAT(files.apply(), IsOk());
    files.undo();
    return fail(ErrorCode::kUnavailable, "no log");
  };
  for (const KeyChanger& change : {refuses, takes_back}) {
    EXPECT_FALSE(directory_.drop(old, kNow, change).has_value());
    EXPECT_FALSE(directory_.drop(next, kNow, change).has_value());
    EXPECT_FALSE(directory_.drop(next, kNow + Seconds(60), change).has_value());
    EXPECT_FALSE(directory_.retire(old, kNow + Seconds(60), change).has_value());
    EXPECT_FALSE(directory_.settle(kNow + Seconds(60), change).has_value());
    EXPECT_FALSE(directory_.rotate(kNow + Seconds(60), Seconds(0), change).has_value());
    EXPECT_FALSE(directory_.rotate(kNow + Seconds(60), Seconds(60), change).has_value());
    EXPECT_EQ(content_of(path("keys")), before);
  }
}

TEST_F(KeyDirectoryTest, IsAsBeforeWhenAFileCannotBeChanged) {
  const KeyId old = active();
  ASSERT_THAT(directory_.rotate(kNow), IsOk());
  const std::string in_the_way = file(".old-1-signing-" + old.text() + ".pem");
  std::filesystem::create_directory(in_the_way);
  EXPECT_THAT(directory_.retire(old, kNow), FailsWith(ErrorCode::kUnavailable));
  EXPECT_NE(directory_.public_keys()->find(old), nullptr);
  EXPECT_TRUE(std::filesystem::exists(file("signing-" + old.text() + ".pem")));
}

TEST_F(KeyDirectoryTest, RemovesWhatAPowerCutLeftOfADroppedKey) {
  write("keys/.old-3-signing-x.pem", "secret", 0600);
  ASSERT_THAT(directory_.rotate(kNow), IsOk());
  EXPECT_FALSE(std::filesystem::exists(file(".old-3-signing-x.pem")));
}

TEST_F(KeyDirectoryTest, LeavesNoHalfWrittenFileBehindM43) {
  const KeyId old = active();
  ASSERT_THAT(directory_.rotate(kNow), IsOk());
  ASSERT_THAT(directory_.retire(old, kNow), IsOk());
  ASSERT_THAT(directory_.drop(active(), kNow), IsOk());
  for (const auto& entry : std::filesystem::directory_iterator(path("keys"))) {
    EXPECT_FALSE(entry.path().filename().string().starts_with(".")) << entry.path();
  }
}

TEST_F(KeyDirectoryTest, IsUnavailableWhenMissing) {
  const KeyDirectory missing(path("missing"));
  EXPECT_THAT(missing.public_keys(), FailsWith(ErrorCode::kUnavailable));
  EXPECT_THAT(missing.stamp(), FailsWith(ErrorCode::kUnavailable));
  EXPECT_THAT(missing.active_signing_key(kNow), FailsWith(ErrorCode::kUnavailable));
}

}  // namespace
}  // namespace latchkey::crypto
