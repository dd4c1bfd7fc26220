#include "latchkey/wire/utf8.h"

#include <gtest/gtest.h>

#include "latchkey/wire/hex.h"

namespace latchkey::wire {
namespace {

using std::string_view_literals::operator""sv;

TEST(Utf8, TakesTheFirstAndLastCharacterOfEachLength) {
  for (const std::string_view text :
       {""sv, "\0"sv, "\x7f"sv, "\xc2\x80"sv, "\xdf\xbf"sv, "\xe0\xa0\x80"sv, "\xed\x9f\xbf"sv,
        "\xee\x80\x80"sv, "\xef\xbf\xbf"sv, "\xf0\x90\x80\x80"sv, "\xf4\x8f\xbf\xbf"sv}) {
    EXPECT_TRUE(is_utf8(text)) << hex_encode(text);
  }
}

TEST(Utf8, RefusesOverlongSurrogatesTruncatedAndTooHighN8) {
  for (const std::string_view text :
       {"\x80"sv, "\xbf"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xe0\x9f\xbf"sv, "\xf0\x8f\xbf\xbf"sv,
        "\xed\xa0\x80"sv, "\xed\xbf\xbf"sv, "\xf4\x90\x80\x80"sv, "\xf5\x80\x80\x80"sv, "\xff"sv,
        "\xc3"sv, "\xe2\x82"sv, "\xf0\x9f\x98"sv, "\xc3\x28"sv, "\xe2\x28\xa1"sv,
        "\xf0\x9f\x28\x80"sv, "a\xc3"sv}) {
    EXPECT_FALSE(is_utf8(text)) << hex_encode(text);
  }
}

TEST(Hex, WritesTwoLowerCaseDigitsPerByte) { EXPECT_EQ(hex_encode("\x00\x0f\xff"sv), "000fff"); }

TEST(Hex, ReadsOneDigitOfEitherCase) {
  EXPECT_EQ(hex_value('9'), 9);
  EXPECT_EQ(hex_value('a'), 10);
  EXPECT_EQ(hex_value('F'), 15);
  for (const char c : {'g', 'G', '/', ':', '@', '`', '\0', ' '}) EXPECT_EQ(hex_value(c), -1) << c;
}

}  // namespace
}  // namespace latchkey::wire
