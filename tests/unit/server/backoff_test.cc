#include "../../../src/server/backoff.h"

#include <gmock/gmock.h>

namespace latchkey::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Backoff::TimePoint kStart{seconds(1000)};

TEST(Backoff, ReplacesACrashedWorkerAtOnce) {
  Backoff backoff;
  EXPECT_EQ(backoff.died(kStart, kStart + seconds(60)), milliseconds(0));
  EXPECT_LE(backoff.not_before(), kStart + seconds(60));
}

TEST(Backoff, DoublesWhileWorkersKeepDyingUpToTenSeconds) {
  Backoff backoff;
  std::vector<milliseconds> delays;
  for (int i = 0; i < 11; ++i) delays.push_back(backoff.died(kStart, kStart + milliseconds(5)));
  EXPECT_THAT(delays, ::testing::ElementsAre(milliseconds(0), milliseconds(100), milliseconds(200),
                                             milliseconds(400), milliseconds(800),
                                             milliseconds(1600), milliseconds(3200),
                                             milliseconds(6400), seconds(10), seconds(10),
                                             seconds(10)));
}

TEST(Backoff, ForgetsWhenAWorkerHasLived) {
  Backoff backoff;
  for (int i = 0; i < 5; ++i) backoff.died(kStart, kStart + milliseconds(5));
  EXPECT_EQ(backoff.died(kStart, kStart + seconds(5)), milliseconds(0));
  EXPECT_EQ(backoff.died(kStart, kStart + milliseconds(5)), milliseconds(0));
}

}  // namespace
}  // namespace latchkey::server
