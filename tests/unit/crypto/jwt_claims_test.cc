// Times, audience and issuer of a verified token, and the cache of good signatures.
#include <gtest/gtest.h>

#include "support/results.h"
#include "token_maker.h"

namespace latchkey::crypto {
namespace {

using namespace testing;

constexpr TimePoint kNow = from_unix(1'700'000'000);
constexpr Seconds kSkew{60};

VerifiedToken verified(const std::string& claims) {
  static const VerificationKey key = verifier(p256(), {"ES256"});
  return *check(key, sign_text(header_of("ES256"), claims, p256(), "ES256"));
}
Outcome times(const std::string& claims) { return verified(claims).check_times(kNow, kSkew); }
std::string at(std::int64_t offset) { return std::to_string(to_unix(kNow) + offset); }

TEST(VerifiedToken, IsGoodUntilItsEndAndTheClocksDifference) {
  EXPECT_THAT(times(R"({"exp":)" + at(1) + "}"), IsOk());
  EXPECT_THAT(times(R"({"exp":)" + at(-59) + "}"), IsOk());
  EXPECT_THAT(times(R"({"exp":)" + at(-60) + "}"), FailsWith(ErrorCode::kExpired));
  EXPECT_THAT(times(R"({"exp":1})"), FailsWith(ErrorCode::kExpired));
}

TEST(VerifiedToken, IsRefusedWithoutAnEnd) {
  EXPECT_THAT(times("{}"), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(times(R"({"iat":1})"), FailsWith(ErrorCode::kRefused));
}

TEST(VerifiedToken, IsRefusedBeforeItsTime) {
  const std::string head = R"({"exp":)" + at(1000) + ",";
  EXPECT_THAT(times(head + R"("nbf":)" + at(60) + "}"), IsOk());
  EXPECT_THAT(times(head + R"("nbf":)" + at(61) + "}"), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(times(head + R"("iat":)" + at(60) + "}"), IsOk());
  EXPECT_THAT(times(head + R"("iat":)" + at(61) + "}"), FailsWith(ErrorCode::kRefused));
}

TEST(VerifiedToken, RefusesTimesThatAreNoTimesM28) {
  for (const char* value : {"1e300", "-1", "253402300800", "9223372036854775808", "\"1800000000\"",
                            "null", "true", "[1800000000]", "{}"}) {
    const std::string text(value);
    EXPECT_THAT(times(R"({"exp":)" + text + "}"), FailsWith(ErrorCode::kMalformed)) << value;
    EXPECT_THAT(times(R"({"exp":1800000000,"nbf":)" + text + "}"), FailsWith(ErrorCode::kMalformed))
        << value;
    EXPECT_THAT(times(R"({"exp":1800000000,"iat":)" + text + "}"), FailsWith(ErrorCode::kMalformed))
        << value;
  }
}

TEST(VerifiedToken, TakesFractionsAndTimesAfter2038M28) {
  EXPECT_EQ(verified(R"({"exp":1800000000.9})").expires(), from_unix(1'800'000'000));
  EXPECT_EQ(verified(R"({"exp":253402300799})").expires(), from_unix(253'402'300'799));
  EXPECT_EQ(verified(R"({"exp":4102444800})").expires(), from_unix(4'102'444'800));
}

TEST(VerifiedToken, ReadsTheAudienceInBothFormsJ6) {
  const std::vector<std::string> accepted{"a.test", "b.test"};
  const auto audience = [&](const std::string& aud) {
    return verified(R"({"aud":)" + aud + "}").check_audience(accepted);
  };
  EXPECT_THAT(audience(R"("a.test")"), IsOk());
  EXPECT_THAT(audience(R"(["x","b.test"])"), IsOk());
  EXPECT_THAT(audience(R"("A.test")"), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(audience(R"("a.test ")"), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(audience(R"("a.test,b.test")"), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(audience("[]"), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(audience(R"("")"), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(audience(R"(["a.test",7])"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(audience(R"([["a.test"]])"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(audience(R"({"a.test":1})"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(audience("null"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(verified("{}").check_audience(accepted), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(verified(R"({"aud":""})").check_audience(std::vector<std::string>{""}),
              FailsWith(ErrorCode::kRefused));
}

TEST(VerifiedToken, ComparesTheIssuerByteByByte) {
  const VerifiedToken token = verified(R"({"iss":"https://issuer.test"})");
  EXPECT_THAT(token.check_issuer("https://issuer.test"), IsOk());
  EXPECT_THAT(token.check_issuer("https://issuer.test/"), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(verified("{}").check_issuer(""), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(verified(R"({"iss":["x"]})").check_issuer("x"), FailsWith(ErrorCode::kMalformed));
}

TEST(SignatureCache, RemembersGoodSignaturesOnlyJ11) {
  const VerificationKey key = verifier(p256(), {"ES256"});
  SignatureCache cache(8);
  const UnverifiedToken good = *UnverifiedToken::parse(good_token("ES256"));
  std::string text = good_token("ES256");
  text[text.size() - 10] = text[text.size() - 10] == 'A' ? 'B' : 'A';
  const UnverifiedToken bad = *UnverifiedToken::parse(text);
  EXPECT_THAT(key.verify(bad, &cache), FailsWith(ErrorCode::kRefused));
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_THAT(key.verify(good, &cache), IsOk());
  EXPECT_EQ(cache.size(), 1U);
  EXPECT_THAT(key.verify(good, &cache), IsOk());
  EXPECT_THAT(key.verify(bad, &cache), FailsWith(ErrorCode::kRefused));
}

TEST(SignatureCache, VouchesForNoOtherKeyOfTheSameName) {
  static const EvpKey other = make_ec("P-256");
  const VerificationKey first = verifier(p256(), {"ES256"}, "k1");
  const VerificationKey second = verifier(other.get(), {"ES256"}, "k1");
  SignatureCache cache(8);
  const UnverifiedToken token = *UnverifiedToken::parse(good_token("ES256"));
  ASSERT_THAT(first.verify(token, &cache), IsOk());
  EXPECT_THAT(second.verify(token, &cache), FailsWith(ErrorCode::kRefused));
}

TEST(SignatureCache, DropsTheOldestWhenFull) {
  SignatureCache cache(2);
  const Digest key = sha256("key");
  for (const char* text : {"a", "b", "b", "c"}) cache.remember(sha256(text), key);
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_FALSE(cache.knows(sha256("a"), key));
  EXPECT_TRUE(cache.knows(sha256("b"), key));
  EXPECT_TRUE(cache.knows(sha256("c"), key));
  EXPECT_FALSE(cache.knows(sha256("c"), sha256("another key")));
  SignatureCache off(0);
  off.remember(sha256("a"), key);
  EXPECT_FALSE(off.knows(sha256("a"), key));
}

}  // namespace
}  // namespace latchkey::crypto
