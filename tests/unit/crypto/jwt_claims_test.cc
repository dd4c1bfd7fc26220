// Times, audience and issuer of a verified token.
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

}  // namespace
}  // namespace latchkey::crypto
