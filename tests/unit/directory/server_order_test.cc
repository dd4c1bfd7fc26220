#include "directory/server_order.h"

#include <gmock/gmock.h>

namespace latchkey::directory {
namespace {

using ::testing::ElementsAre;

const ServerOrder::Time kNow{std::chrono::hours(1)};

TEST(ServerOrder, IsThatOfTheConfiguration) {
  EXPECT_THAT(ServerOrder(3).at(kNow), ElementsAre(0, 1, 2));
}

TEST(ServerOrder, PutsWhoHasJustFailedBehindTheOthers) {
  ServerOrder order(3);
  order.failed(0, kNow);
  EXPECT_THAT(order.at(kNow), ElementsAre(1, 2, 0));
}

TEST(ServerOrder, LeavesNobodyOutWhenAllHaveFailed) {
  ServerOrder order(2);
  order.failed(1, kNow);
  order.failed(0, kNow);
  EXPECT_THAT(order.at(kNow), ElementsAre(0, 1));
}

TEST(ServerOrder, ForgetsAFailureAfterAWhileAndWithAnAnswer) {
  ServerOrder order(2);
  order.failed(0, kNow);
  EXPECT_THAT(order.at(kNow + kFailureRemembered), ElementsAre(0, 1));
  order.answered(0);
  EXPECT_THAT(order.at(kNow), ElementsAre(0, 1));
}

}  // namespace
}  // namespace latchkey::directory
