// Lists that are cut into pages.
#include "pages/paged_rows.h"

#include <gtest/gtest.h>

#include <vector>

namespace latchkey::pages {
namespace {

std::vector<std::size_t> cut(const std::vector<std::size_t>& rows, std::size_t number) {
  const Cut found = cut_page(rows, 10, number);
  return {found.begin, found.end, found.number, found.count};
}

using Numbers = std::vector<std::size_t>;

TEST(CutPage, IsAllOfAListThatFits) {
  EXPECT_EQ(cut({}, 1), (Numbers{0, 0, 1, 1}));
  EXPECT_EQ(cut({4, 6}, 1), (Numbers{0, 2, 1, 1}));
}

TEST(CutPage, ShowsEachRowOnOnePage) {
  EXPECT_EQ(cut({4, 6, 1, 9, 1}, 1), (Numbers{0, 2, 1, 3}));
  EXPECT_EQ(cut({4, 6, 1, 9, 1}, 2), (Numbers{2, 4, 2, 3}));
  EXPECT_EQ(cut({4, 6, 1, 9, 1}, 3), (Numbers{4, 5, 3, 3}));
}

TEST(CutPage, OfANumberThatIsNoneIsTheNearest) {
  EXPECT_EQ(cut({4, 6, 1}, 0), (Numbers{0, 2, 1, 2}));
  EXPECT_EQ(cut({4, 6, 1}, 9), (Numbers{2, 3, 2, 2}));
}

TEST(CutPage, GivesARowThatIsTooLargeAPageOfItsOwn) {
  EXPECT_EQ(cut({1, 99, 1}, 2), (Numbers{1, 2, 2, 3}));
  EXPECT_EQ(cut({99}, 1), (Numbers{0, 1, 1, 1}));
}

TEST(EscapedBytes, AreThoseOnThePageOrMore) {
  EXPECT_EQ(escaped_bytes("a b"), 3U);
  EXPECT_GE(escaped_bytes("<\"&'>"), std::string_view("&lt;&quot;&amp;&apos;&gt;").size());
}

}  // namespace
}  // namespace latchkey::pages
