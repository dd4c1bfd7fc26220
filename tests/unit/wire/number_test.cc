#include "latchkey/wire/number.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace latchkey::wire {
namespace {

TEST(ReadNumber, TakesDigitsThatFillTheText) {
  EXPECT_EQ(read_number<std::uint16_t>("8080"), 8080);
  EXPECT_EQ(read_number<int>("-5"), -5);
  EXPECT_EQ(read_number<unsigned>("660", 8), 0660U);
}

TEST(ReadNumber, RefusesAnythingBesideTheDigits) {
  for (const char* text : {"", " 1", "1 ", "+1", "1a", "0x10", "1.0", "\xd9\xa1"}) {
    EXPECT_EQ(read_number<int>(text), std::nullopt) << text;
  }
}

TEST(ReadNumber, RefusesWhatTheTypeCannotHold) {
  EXPECT_EQ(read_number<std::uint16_t>("65536"), std::nullopt);
  EXPECT_EQ(read_number<unsigned>("-1"), std::nullopt);
  EXPECT_EQ(read_number<std::int64_t>("9223372036854775808"), std::nullopt);
}

}  // namespace
}  // namespace latchkey::wire
