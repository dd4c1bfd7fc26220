#include "latchkey/crypto/digest.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "support/results.h"

namespace latchkey::crypto {
namespace {

const std::string kKey(32, 'k');

TEST(Sha256, GivesTheValueOfFips180) {
  EXPECT_EQ(sha256("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, ComparesAllBytes) {
  EXPECT_EQ(sha256("a"), sha256("a"));
  EXPECT_NE(sha256("a"), sha256("b"));
}

TEST(Digest, ReadsBackItsBytesAndNothingElse) {
  const Digest digest = sha256("a");
  const Result<Digest> again = Digest::from_bytes(digest.bytes());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(*again, digest);
  EXPECT_THAT(Digest::from_bytes(digest.bytes().substr(1)), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(Digest::from_bytes(digest.hex()), FailsWith(ErrorCode::kMalformed));
}

TEST(HmacSha256, TellsPartsOfTheSameConcatenationApartO19) {
  EXPECT_NE(hmac_sha256(kKey, "p", {"ab", "c"}), hmac_sha256(kKey, "p", {"a", "bc"}));
  EXPECT_NE(hmac_sha256(kKey, "p", {"abc"}), hmac_sha256(kKey, "p", {"abc", ""}));
  EXPECT_NE(hmac_sha256(kKey, "pa", {"b"}), hmac_sha256(kKey, "p", {"ab"}));
  EXPECT_EQ(hmac_sha256(kKey, "p", {"ab", "c"}), hmac_sha256(kKey, "p", {"ab", "c"}));
}

TEST(HmacSha256, IsWorthlessForAnotherPurposeO19) {
  EXPECT_NE(hmac_sha256(kKey, "cookie", {"a"}), hmac_sha256(kKey, "state", {"a"}));
}

TEST(HmacSha256, DependsOnTheKey) {
  EXPECT_NE(hmac_sha256(kKey, "p", {"a"}), hmac_sha256(std::string(32, 'l'), "p", {"a"}));
}

TEST(RandomToken, NeverRepeatsAndHas256BitsN38) {
  SystemRandom random;
  std::unordered_set<std::string> seen;
  seen.reserve(1'000'000);
  for (int i = 0; i < 1'000'000; ++i) {
    const std::string token = random_token(random);
    ASSERT_EQ(token.size(), 43U);
    seen.insert(token);
  }
  EXPECT_EQ(seen.size(), 1'000'000U);
}

}  // namespace
}  // namespace latchkey::crypto
