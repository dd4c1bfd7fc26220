#include "latchkey/base/recent_map.h"

#include <gtest/gtest.h>

#include <string>

namespace latchkey {
namespace {

TEST(RecentMap, KeepsWhatIsUsedAndForgetsTheRest) {
  RecentMap<int, std::string> map(4);  // two generations of two
  map.keep(1, "one");
  for (int i = 2; i < 20; ++i) {
    map.keep(i, std::to_string(i));
    ASSERT_NE(map.find(1), nullptr) << i;
    EXPECT_EQ(*map.find(1), "one");
  }
  EXPECT_EQ(map.find(2), nullptr);
  ASSERT_NE(map.find(19), nullptr);
  EXPECT_EQ(*map.find(19), "19");
}

TEST(RecentMap, HoldsNoMoreThanItsWeight) {
  RecentMap<int, int> map(100);
  for (int i = 0; i < 1000; ++i) map.keep(i, i, 10);
  int held = 0;
  for (int i = 0; i < 1000; ++i) held += map.find(i) != nullptr ? 1 : 0;
  EXPECT_GT(held, 0);
  EXPECT_LE(held, 10);
}

TEST(RecentMap, KeepsNothingThatIsTooHeavyForIt) {
  RecentMap<int, int> map(10);
  map.keep(1, 1, 5);
  map.keep(2, 2, 6);
  EXPECT_NE(map.find(1), nullptr);
  EXPECT_EQ(map.find(2), nullptr);
  RecentMap<int, int> off(0);
  off.keep(1, 1);
  EXPECT_EQ(off.find(1), nullptr);
}

TEST(RecentMap, KeepsTheLastValueOfAKey) {
  RecentMap<int, std::string> map(8);  // two generations of four
  map.keep(1, "stale");
  map.keep(1, "fresh");
  ASSERT_NE(map.find(1), nullptr);
  EXPECT_EQ(*map.find(1), "fresh");
  for (int i = 2; i < 6; ++i) map.keep(i, "other");  // now 1 is of the older generation
  map.keep(1, "fresher");
  ASSERT_NE(map.find(1), nullptr);
  EXPECT_EQ(*map.find(1), "fresher");
}

TEST(RecentMap, CountsAKeyOnceHoweverOftenItIsKept) {
  RecentMap<int, int> map(8);
  map.keep(1, 1);
  for (int i = 0; i < 100; ++i) map.keep(2, i);
  ASSERT_NE(map.find(1), nullptr);
  EXPECT_EQ(*map.find(1), 1);
}

TEST(RecentMap, ForgetsTheValueOfAKeyWhoseNextOneIsTooHeavy) {
  RecentMap<int, int> map(10);
  map.keep(1, 1, 5);
  map.keep(1, 2, 6);
  EXPECT_EQ(map.find(1), nullptr);
}

TEST(RecentMap, IsEmptyOnceCleared) {
  RecentMap<int, int> map(4);
  for (int i = 0; i < 4; ++i) map.keep(i, i);
  map.clear();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(map.find(i), nullptr);
}

}  // namespace
}  // namespace latchkey
