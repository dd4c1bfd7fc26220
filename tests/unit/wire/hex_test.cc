#include "latchkey/wire/hex.h"

#include <gtest/gtest.h>

namespace latchkey::wire {
namespace {

TEST(HexDecode, ReadsWhatHexEncodeWrites) {
  const std::string bytes("\x00\x7f\xff" "a", 4);
  EXPECT_EQ(hex_decode(hex_encode(bytes)), bytes);
  EXPECT_EQ(hex_decode("0AfF"), std::string("\x0a\xff"));
  EXPECT_EQ(hex_decode(""), "");
}

TEST(HexDecode, RefusesHalfBytesAndOtherLetters) {
  for (const char* text : {"0", "000", "0g", "g0", "0x", " 0"}) EXPECT_FALSE(hex_decode(text)) << text;
}

}  // namespace
}  // namespace latchkey::wire
