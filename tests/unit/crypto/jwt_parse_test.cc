// How a token is taken apart before anybody trusts it.
#include <gtest/gtest.h>

#include "support/results.h"
#include "token_maker.h"

namespace latchkey::crypto {
namespace {

using namespace testing;

// A token with this header; its signature is three bytes of nothing, which parsing does not look at.
Result<UnverifiedToken> with_header(const std::string& header) {
  return UnverifiedToken::parse(b64(header) + "." + b64(kClaims) + "." + b64("sig"));
}

TEST(UnverifiedToken, ReadsTheHeader) {
  const Result<UnverifiedToken> token =
      with_header(R"({"alg":"RS256","kid":"a-B_1:2","typ":"logout+jwt"})");
  ASSERT_THAT(token, IsOk());
  EXPECT_EQ(token->algorithm(), "RS256");
  EXPECT_EQ(token->key_id(), KeyId("a-B_1:2"));
  EXPECT_EQ(token->type(), "logout+jwt");
}

TEST(UnverifiedToken, TakesAHeaderWithoutKidAndType) {
  const Result<UnverifiedToken> token = with_header(R"({"alg":"RS256"})");
  ASSERT_THAT(token, IsOk());
  EXPECT_TRUE(token->key_id().empty());
  EXPECT_TRUE(token->type().empty());
}

TEST(UnverifiedToken, RefusesAMissingAlgorithmAndAnEmptySignatureJ1) {
  EXPECT_THAT(with_header(R"({"typ":"JWT"})"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(with_header(R"({"alg":1})"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(with_header(R"({"alg":["RS256"]})"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(UnverifiedToken::parse(b64(header_of("none")) + "." + b64(kClaims) + "."),
              FailsWith(ErrorCode::kMalformed));
}

TEST(UnverifiedToken, RefusesKeysAndAddressesOfKeysInTheHeaderJ3M36) {
  for (const char* name : {"jku", "x5u"}) {
    EXPECT_THAT(with_header(R"({"alg":"RS256",")" + std::string(name) +
                            R"(":"http://127.0.0.1:9/keys"})"),
                FailsWith(ErrorCode::kRefused))
        << name;
  }
  EXPECT_THAT(with_header(R"({"alg":"RS256","jwk":)" + jwk(rsa_2048()) + "}"),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(with_header(R"({"alg":"RS256","x5c":["MIIB"]})"), FailsWith(ErrorCode::kRefused));
}

TEST(UnverifiedToken, RefusesAKidThatIsAPathOrAQueryOrTooLongJ4) {
  for (const char* kid : {"../../dev/null", "' OR 1", "", "a b", "a\\\\b", "k\\u0000", "\\u00e9",
                          "a|b", "$(id)", "k\\n"}) {
    EXPECT_THAT(with_header(R"({"alg":"RS256","kid":")" + std::string(kid) + R"("})"),
                FailsWith(ErrorCode::kMalformed))
        << kid;
  }
  EXPECT_THAT(with_header(R"({"alg":"RS256","kid":7})"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(with_header(R"({"alg":"RS256","kid":")" + std::string(65, 'k') + R"("})"),
              FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(with_header(R"({"alg":"RS256","kid":")" + std::string(1'000'000, 'k') + R"("})"),
              FailsWith(ErrorCode::kMalformed));
  // Cognito names its keys in padded base64.
  EXPECT_THAT(with_header(R"({"alg":"RS256","kid":"abc+/def0="})"), IsOk());
}

TEST(UnverifiedToken, RefusesEveryOtherNumberOfDotsJ8) {
  for (const char* text : {"", ".", "..", "...", "a", "a.b", "a.b.c.d", "YQ.YQ.", ".YQ.YQ", "YQ..YQ"}) {
    EXPECT_THAT(UnverifiedToken::parse(text), FailsWith(ErrorCode::kMalformed)) << text;
  }
  EXPECT_THAT(UnverifiedToken::parse(std::string(1'000'000, '.')),
              FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(UnverifiedToken::parse(std::string(kTokenBytesMax, '.')),
              FailsWith(ErrorCode::kMalformed));
}

TEST(UnverifiedToken, HoldsItsLimitToTheByteJ8) {
  const std::string head = b64(R"({"alg":"RS256"})") + ".";
  const std::string tail = ".c2ln";
  const std::size_t room = kTokenBytesMax - head.size() - tail.size();
  ASSERT_NE(room % 4, 1U);
  EXPECT_THAT(UnverifiedToken::parse(head + std::string(room, 'A') + tail), IsOk());
  EXPECT_THAT(UnverifiedToken::parse(head + std::string(room + 4, 'A') + tail),
              FailsWith(ErrorCode::kMalformed));
}

TEST(UnverifiedToken, RefusesEncryptedTokensOfFivePartsJ9) {
  const std::string header = b64(R"({"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647})");
  EXPECT_THAT(UnverifiedToken::parse(header + ".YQ.YQ.YQ.YQ"), FailsWith(ErrorCode::kMalformed));
}

TEST(UnverifiedToken, RefusesCompressedPayloadsM27) {
  EXPECT_THAT(with_header(R"({"alg":"RS256","zip":"DEF"})"), FailsWith(ErrorCode::kRefused));
}

TEST(UnverifiedToken, RefusesAHeaderThatTwoParsersCouldReadDifferentlyJ13) {
  for (const std::string& header :
       {std::string(R"({"alg":"RS256","alg":"none"})"), std::string(R"({"alg":"RS256","\u0061lg":"none"})"),
        std::string("\xef\xbb\xbf{\"alg\":\"RS256\"}"), std::string("{\"alg\":\"RS256\"}\0", 16),
        std::string(R"({"alg":"RS256"} x)"), std::string(R"({"alg":"RS\u0000256"})"),
        std::string("{\"alg\":\"RS256\",\"x\":\"\xff\"}"), std::string(R"(["RS256"])"),
        std::string(R"("RS256")"), std::string("{'alg':'RS256'}"), std::string("{}"),
        R"({"alg":"RS256","x":)" + std::string(40, '[') + std::string(40, ']') + "}"}) {
    EXPECT_THAT(with_header(header), FailsWith(ErrorCode::kMalformed)) << header;
  }
}

TEST(UnverifiedToken, RefusesEveryOtherSpellingOfBase64UrlJ14) {
  const std::string head = b64(R"({"alg":"RS256"})");
  const std::string body = b64(kClaims);
  for (const char* signature : {"c2ln=", "c2 ln", "c2ln\n", "c2l+", "c2l/", "c2l%", "c", "YR", "YQ=="}) {
    std::string token = head;
    token.append(1, '.').append(body).append(1, '.').append(signature);
    EXPECT_THAT(UnverifiedToken::parse(token), FailsWith(ErrorCode::kMalformed))
        << signature;
  }
  EXPECT_THAT(UnverifiedToken::parse(" " + head + "." + body + ".c2ln"),
              FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(UnverifiedToken::parse(head + "." + body + ".c2ln\n"),
              FailsWith(ErrorCode::kMalformed));
}

TEST(UnverifiedToken, ReadsAHeaderLikeTheLastOneOnlyOnce) {
  TokenHeader last;
  const auto parse = [&last](const std::string& header) {
    return UnverifiedToken::parse(b64(header) + "." + b64(kClaims) + "." + b64("sig"), kTokenBytesMax,
                                  &last);
  };
  const std::string first = R"({"alg":"RS256","kid":"one","typ":"JWT"})";
  for (int round = 0; round < 2; ++round) {
    ASSERT_THAT(parse(first), IsOk());
    EXPECT_EQ(parse(first)->key_id(), KeyId("one"));
    EXPECT_EQ(parse(first)->type(), "JWT");
    EXPECT_EQ(last.text, b64(first));
    // Another one counts as itself, and one that is refused stays so, every time.
    EXPECT_EQ(parse(R"({"alg":"ES256"})")->algorithm(), "ES256");
    EXPECT_TRUE(parse(R"({"alg":"ES256"})")->key_id().empty());
    for (int again = 0; again < 2; ++again) {
      EXPECT_THAT(parse(R"({"alg":"ES256","crit":[]})"), FailsWith(ErrorCode::kRefused));
      EXPECT_THAT(parse(R"({"kid":"one"})"), FailsWith(ErrorCode::kMalformed));
    }
  }
}

TEST(UnverifiedToken, RefusesCriticalHeadersJ15) {
  EXPECT_THAT(with_header(R"({"alg":"RS256","crit":["exp"],"exp":1})"),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(with_header(R"({"alg":"RS256","crit":["b64"],"b64":false})"),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(with_header(R"({"alg":"RS256","crit":[]})"), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(with_header(R"({"alg":"RS256","b64":false})"), FailsWith(ErrorCode::kRefused));
}

}  // namespace
}  // namespace latchkey::crypto
