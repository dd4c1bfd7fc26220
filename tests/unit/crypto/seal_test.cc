#include "latchkey/crypto/seal.h"

#include <gtest/gtest.h>

#include <set>

#include "latchkey/wire/base64.h"
#include "scratch.h"
#include "support/results.h"

namespace latchkey::crypto {
namespace {

class SealerTest : public testing::Scratch {
 protected:
  Sealer sealer(const std::string& name = "seal.key") {
    static_cast<void>(Sealer::create(path(name), random_));
    return *Sealer::load(path(name));
  }
  SystemRandom random_;
};

TEST_F(SealerTest, OpensWhatItSealed) {
  const Sealer sealer = this->sealer();
  for (const std::string& plain : {std::string(), std::string("a"), std::string(5000, 'x')}) {
    const Result<SecretString> opened =
        sealer.open("state", "7", sealer.seal("state", "7", plain, random_));
    ASSERT_THAT(opened, IsOk());
    EXPECT_EQ(opened->reveal(), plain);
  }
  EXPECT_THAT(sealer.open("state", "", sealer.seal("state", "", {}, random_)), IsOk());
}

TEST_F(SealerTest, NeverSealsOneTextTwiceAlikeM10) {
  const Sealer sealer = this->sealer();
  std::set<std::string> seals;
  for (int i = 0; i < 1000; ++i) seals.insert(sealer.seal("state", "7", "same", random_));
  EXPECT_EQ(seals.size(), 1000U);
}

TEST_F(SealerTest, RefusesARowOrPurposeThatWasSwappedM10) {
  const Sealer sealer = this->sealer();
  const std::string sealed = sealer.seal("refresh token", "12", "secret", random_);
  EXPECT_THAT(sealer.open("refresh token", "13", sealed), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(sealer.open("login state", "12", sealed), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(sealer.open("refresh token1", "2", sealed), FailsWith(ErrorCode::kRefused));
}

TEST_F(SealerTest, RefusesEveryFlippedBitAndEveryShortenedTextJ10) {
  const Sealer sealer = this->sealer();
  const std::string bytes = *wire::base64url_decode(sealer.seal("p", "r", "secret", random_));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string altered = bytes;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_THAT(sealer.open("p", "r", wire::base64url_encode(altered)),
                FailsWith(ErrorCode::kRefused));
  }
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    ASSERT_THAT(sealer.open("p", "r", wire::base64url_encode(bytes.substr(0, length))),
                FailsWith(ErrorCode::kRefused));
  }
  EXPECT_THAT(sealer.open("p", "r", "not base64url!"), FailsWith(ErrorCode::kRefused));
}

TEST_F(SealerTest, RefusesASealOfAnotherKey) {
  const Sealer first = sealer("first.key");
  const Sealer second = sealer("second.key");
  EXPECT_THAT(second.open("p", "", first.seal("p", "", "secret", random_)),
              FailsWith(ErrorCode::kRefused));
}

TEST_F(SealerTest, WritesItsKeyForItsOwnerOnlyAndNeverOverAnother) {
  ASSERT_THAT(Sealer::create(path("seal.key"), random_), IsOk());
  EXPECT_EQ(mode_of(path("seal.key")), 0600U);
  EXPECT_THAT(Sealer::create(path("seal.key"), random_), FailsWith(ErrorCode::kConflict));
}

TEST_F(SealerTest, RefusesAKeyFileOfAnotherLength) {
  EXPECT_THAT(Sealer::load(write("short.key", std::string(31, 'k'))),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(Sealer::load(path("missing.key")), FailsWith(ErrorCode::kUnavailable));
}

}  // namespace
}  // namespace latchkey::crypto
