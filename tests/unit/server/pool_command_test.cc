#include "pool_command.h"

#include <gtest/gtest.h>

#include "latchkey/config/workers.h"
#include "latchkey/server/pool.h"

namespace latchkey {
namespace {

std::variant<PoolCommand, int> read(const std::string& workers) {
  std::string program = "latchkey-authorizer";
  std::string option = "--workers";
  std::string count = workers;
  char* words[] = {program.data(), option.data(), count.data(), nullptr};
  return read_pool_command(3, words, program, "");
}

TEST(PoolCommand, RefusesMoreWorkersThanAPoolMayHave) {
  const auto most = read(std::to_string(config::kWorkersMax));
  ASSERT_TRUE(std::holds_alternative<PoolCommand>(most));
  EXPECT_EQ(std::get<PoolCommand>(most).workers, config::kWorkersMax);
  const auto more = read(std::to_string(config::kWorkersMax + 1));
  ASSERT_TRUE(std::holds_alternative<int>(more));
  EXPECT_EQ(std::get<int>(more), server::kExitUsage);
}

}  // namespace
}  // namespace latchkey
