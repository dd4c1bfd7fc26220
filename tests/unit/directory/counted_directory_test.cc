#include "latchkey/directory/counted_directory.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "latchkey/telemetry/metrics.h"
#include "support/fake_directory.h"
#include "support/results.h"

namespace latchkey::directory {
namespace {

using telemetry::CallCounts;

TEST(CountedDirectory, TellsSilenceFromAnswersThatAreANo) {
  std::string path = (std::filesystem::temp_directory_path() / "lk-counted-XXXXXX").string();
  ASSERT_NE(::mkdtemp(path.data()), nullptr);
  auto metrics = telemetry::Metrics::attach(path + "/figures");
  ASSERT_THAT(metrics, IsOk());
  telemetry::Log log = telemetry::Log::null();
  log.count_in(&metrics->counters());
  auto inner = std::make_unique<FakeDirectory>();
  FakeDirectory& fake = *inner;
  const std::unique_ptr<Directory> directory = counted(std::move(inner), log);
  fake.add("ann", {});

  EXPECT_THAT(directory->lookup("ann"), IsOk());
  EXPECT_THAT(directory->lookup("nobody"), FailsWith(ErrorCode::kNotFound));
  EXPECT_THAT(directory->check_password("ann", SecretString(std::string_view("wrong"))),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(directory->find_group("none"), FailsWith(ErrorCode::kNotFound));
  fake.down = true;
  EXPECT_THAT(directory->lookup("ann"), FailsWith(ErrorCode::kUnavailable));

  const auto figures = telemetry::PoolFigures::read(path + "/figures");
  ASSERT_THAT(figures, IsOk());
  EXPECT_EQ(figures->calls.at(std::string(telemetry::kDirectoryCalls)), (CallCounts{4, 1, 0}));
  std::filesystem::remove_all(path);
}

TEST(CountedDirectory, IsNoneWhereThereIsNone) {
  const telemetry::Log log = telemetry::Log::null();
  EXPECT_EQ(counted(nullptr, log), nullptr);
}

}  // namespace
}  // namespace latchkey::directory
