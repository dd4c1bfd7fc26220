#include "latchkey/wire/base64.h"

#include <gtest/gtest.h>

#include "support/results.h"

namespace latchkey::wire {
namespace {

constexpr std::string_view kUrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

TEST(Base64, MatchesTheVectorsOfRfc4648) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
}

TEST(Base64, ReadsBackAllBytesInBothAlphabets) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
  }
}

TEST(Base64, AllowsPaddingToBeLeftOutAsAWholeOnly) {
  EXPECT_EQ(base64_decode("Zg"), "f");
  EXPECT_EQ(base64_decode("Zm8"), "fo");
  for (const char* text : {"Zg=", "Zg===", "Zm8==", "Zm9v=", "Zm9v==", "=", "==", "====", "Z=g="}) {
    EXPECT_THAT(base64_decode(text), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

TEST(Base64, RefusesBlanksLineEndsNulAndTheOtherAlphabet) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text : {"Zm 9v"sv, " Zm9v"sv, "Zm9v\n"sv, "Zm9v\r\n"sv, "Zm9\0"sv,
                                      "Zm9-"sv, "Zm9_"sv, "Zm9\x80"sv}) {
    EXPECT_THAT(base64_decode(text), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

TEST(Base64Url, RefusesPaddingAndTheOtherAlphabetJ14) {
  for (const char* text : {"Zg==", "Zm8=", "Zm9+", "Zm9/", "Zm9v ", "Zm9v\n", "Z", "Zm9vY"}) {
    EXPECT_THAT(base64url_decode(text), FailsWith(ErrorCode::kMalformed)) << text;
  }
}

// A verifier that ignores the bits left over accepts sixteen texts for one signature.
TEST(Base64Url, RefusesEveryChangeOfTheLastCharacterJ14) {
  for (const std::string bytes : {"a", "ab", "\xff", "\xff\xff"}) {
    const std::string text = base64url_encode(bytes);
    for (const char other : kUrlAlphabet) {
      if (other == text.back()) continue;
      std::string changed = text;
      changed.back() = other;
      const Result<std::string> decoded = base64url_decode(changed);
      EXPECT_TRUE(!decoded.has_value() || *decoded != bytes) << changed;
    }
  }
}

TEST(Base64Url, HasOneTextPerValueJ14) {
  for (const char a : kUrlAlphabet) {
    for (const char b : kUrlAlphabet) {
      const std::string text{a, b};
      const Result<std::string> decoded = base64url_decode(text);
      if (!decoded.has_value()) continue;
      EXPECT_EQ(base64url_encode(*decoded), text);
    }
  }
}

}  // namespace
}  // namespace latchkey::wire
