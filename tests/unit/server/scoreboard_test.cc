#include "../../../src/server/scoreboard.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/results.h"

namespace latchkey::server {
namespace {

using Entry = SlowGate::Entry;

TEST(SlowPlaces, AreBoundedAndGivenBack) {
  auto board = Scoreboard::create();
  ASSERT_THAT(board, IsOk());
  board->set_slow_limit(1);
  SharedSlowGate first(*board, 0);
  SharedSlowGate second(*board, 1);
  {
    const auto pass = SlowPass::take(first);
    EXPECT_TRUE(pass.has_value());
    EXPECT_FALSE(SlowPass::take(second).has_value());
  }
  EXPECT_TRUE(SlowPass::take(second).has_value());
}

TEST(SlowPlaces, CountAWorkerOnce) {
  auto board = Scoreboard::create();
  ASSERT_THAT(board, IsOk());
  board->set_slow_limit(2);
  EXPECT_EQ(board->enter_slow(3), Entry::kEntered);
  EXPECT_EQ(board->enter_slow(3), Entry::kEntered);
  EXPECT_EQ(board->enter_slow(4), Entry::kEntered);
  EXPECT_EQ(board->enter_slow(5), Entry::kFull);
}

TEST(SlowPlaces, ComeBackWhenTheirWorkerDies) {
  auto board = Scoreboard::create();
  ASSERT_THAT(board, IsOk());
  board->set_slow_limit(1);
  const pid_t pid = fork();
  if (pid == 0) _exit(board->enter_slow(7) == Entry::kEntered ? 0 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(board->enter_slow(8), Entry::kFull);
  board->reset(7);
  EXPECT_EQ(board->enter_slow(8), Entry::kEntered);
}

TEST(SlowPlaces, LetOneThroughEvenWithALimitOfNone) {
  auto board = Scoreboard::create();
  ASSERT_THAT(board, IsOk());
  board->set_slow_limit(0);
  EXPECT_EQ(board->enter_slow(0), Entry::kEntered);
}

TEST(Scoreboard, IsSharedWithChildren) {
  auto board = Scoreboard::create();
  ASSERT_THAT(board, IsOk());
  const pid_t pid = fork();
  if (pid == 0) {
    board->slot(2).busy_since_ms.store(42);
    _exit(0);
  }
  ASSERT_EQ(waitpid(pid, nullptr, 0), pid);
  EXPECT_EQ(board->slot(2).busy_since_ms.load(), 42);
  board->reset(2);
  EXPECT_EQ(board->slot(2).busy_since_ms.load(), 0);
}

}  // namespace
}  // namespace latchkey::server
