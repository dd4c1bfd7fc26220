#include "pages/user_code.h"

#include <gmock/gmock.h>

#include <map>

namespace latchkey::pages {
namespace {

TEST(UserCode, IsEightOfTwentyConsonantsAllAlikeOften) {
  SequenceRandom random;
  std::map<char, int> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string code = make_user_code(random);
    ASSERT_EQ(read_user_code(code), code);
    for (const char c : code) ++seen[c];
  }
  EXPECT_EQ(seen.size(), 20U);
  for (const auto& [letter, times] : seen) EXPECT_NEAR(times, 400, 100) << letter;
}

TEST(UserCode, IsReadAsPeopleTypeIt) {
  EXPECT_EQ(read_user_code(" bcdf-ghjk "), "BCDFGHJK");
  EXPECT_EQ(read_user_code("BC DF GH JK"), "BCDFGHJK");
  EXPECT_EQ(shown_user_code("BCDFGHJK"), "BCDF-GHJK");
}

TEST(UserCode, RefusesWhatCanBeNone) {
  for (const char* typed : {"", "BCDF", "BCDFGHJKL", "ABCDFGHJ", "BCDFGHJ1", "BCDF_GHJK", "<script>"}) {
    EXPECT_EQ(read_user_code(typed), std::nullopt) << typed;
  }
}

}  // namespace
}  // namespace latchkey::pages
