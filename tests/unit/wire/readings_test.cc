#include "latchkey/wire/readings.h"

#include <gmock/gmock.h>

namespace latchkey::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(OtherReadings, AreNoneWithoutAnEncodedSlash) {
  EXPECT_THAT(other_readings("/a/b"), IsEmpty());
  EXPECT_THAT(other_readings("/"), IsEmpty());
}

TEST(OtherReadings, DecodeOnceAndWhereThatLeavesOneAgain) {
  EXPECT_THAT(other_readings("/a%2Fb"), ElementsAre("/a/b"));
  EXPECT_THAT(other_readings("/a%252Fb"), ElementsAre("/a%2Fb", "/a/b"));
  EXPECT_THAT(other_readings("/a%252Fb%2Fc"), ElementsAre("/a%2Fb/c", "/a/b/c"));
}

}  // namespace
}  // namespace latchkey::wire
