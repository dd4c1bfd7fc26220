// Chance that fails: nothing goes on with a value that could be guessed.
#include "latchkey/base/random.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace latchkey {
namespace {

// Makes getrandom(2) fail for the rest of this process.
void take_chance_away() {
  std::array<sock_filter, 4> program{{
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_getrandom},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  }};
  const sock_fprog filter{program.size(), program.data()};
  ASSERT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}

TEST(SystemRandomDeathTest, EndsTheWorkerRatherThanGoOnWithoutChanceM32) {
  EXPECT_DEATH(
      {
        take_chance_away();
        static_cast<void>(SystemRandom().bytes(32));
      },
      "got > 0");
}

TEST(SystemRandom, GivesAsManyBytesAsAskedForAndNeverTheSame) {
  SystemRandom random;
  EXPECT_EQ(random.bytes(0), "");
  EXPECT_EQ(random.bytes(1000).size(), 1000U);
  EXPECT_NE(random.bytes(32), random.bytes(32));
}

}  // namespace
}  // namespace latchkey
