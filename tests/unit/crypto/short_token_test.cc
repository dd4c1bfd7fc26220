#include "latchkey/crypto/short_token.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "latchkey/wire/chars.h"

namespace latchkey::crypto {
namespace {

std::string made(std::uint64_t seed = 1) {
  SequenceRandom random(seed);
  return std::string(make_short_token(random).reveal());
}

TEST(ShortToken, HasItsMarkAndNothingButLettersAndDigits) {
  const std::string text = made();
  EXPECT_EQ(text.size(), kShortTokenBytes);
  EXPECT_EQ(text.substr(0, 4), "lkc_");
  EXPECT_TRUE(std::ranges::all_of(text.substr(4), wire::is_alnum)) << text;
  EXPECT_TRUE(is_short_token(text));
}

// Python: zlib.crc32(b"0" * 30) is 2011552642, which is 2C8GjS to the base of 62.
TEST(ShortToken, HasTheChecksumThatScannersCompute) {
  EXPECT_TRUE(is_short_token("lkc_" + std::string(30, '0') + "2C8GjS"));
}

TEST(ShortToken, IsNeverTheSameTwice) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.emplace(make_short_token(random).reveal());
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(ShortToken, EverySlipOfThePenIsNoticed) {
  const std::string good = made();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char c : {'0', 'A', 'z', '-', ' '}) {
      std::string wrong = good;
      if (wrong[at] == c) continue;
      wrong[at] = c;
      EXPECT_FALSE(is_short_token(wrong)) << at << c;
    }
  }
  for (std::size_t at = 5; at + 1 < good.size(); ++at) {
    std::string swapped = good;
    std::swap(swapped[at], swapped[at + 1]);
    EXPECT_EQ(is_short_token(swapped), swapped == good) << at;
  }
}

TEST(ShortToken, EachPrefixAndExtensionIsRefusedN27) {
  const std::string good = made();
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(is_short_token(good.substr(0, size))) << size;
  }
  for (const char c : {'0', ' ', '\n', '\0'}) {
    EXPECT_FALSE(is_short_token(good + c));
    EXPECT_FALSE(is_short_token(c + good));
  }
}

}  // namespace
}  // namespace latchkey::crypto
