#include "latchkey/telemetry/metrics.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "latchkey/model/canonical_request.h"
#include "latchkey/model/decision.h"
#include "latchkey/model/proof.h"
#include "latchkey/model/reason.h"
#include "latchkey/telemetry/exposition.h"
#include "latchkey/telemetry/log.h"
#include "support/results.h"

namespace latchkey::telemetry {
namespace {

using std::chrono::microseconds;

class MetricsFile : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(directory_.data()), nullptr); }
  ~MetricsFile() override { std::filesystem::remove_all(directory_); }

  Metrics attach() {
    auto metrics = Metrics::attach(file());
    EXPECT_THAT(metrics, IsOk());
    return *std::move(metrics);
  }
  PoolFigures figures() {
    const auto read = PoolFigures::read(file());
    EXPECT_THAT(read, IsOk());
    return read.value_or(PoolFigures());
  }
  std::string file() const { return metrics_file(directory_ + "/store.db", "pool"); }

  std::string directory_ = (std::filesystem::temp_directory_path() / "lk-metrics-XXXXXX").string();
};

TEST_F(MetricsFile, SumsWhatAllWorkersCount) {
  Metrics one = attach();
  Metrics other = attach();
  one.counters().end_request(microseconds(10));
  other.counters().begin_request();
  other.counters().end_request(microseconds(30));
  const PoolFigures sum = figures();
  EXPECT_EQ(sum.workers, 2U);
  EXPECT_EQ(sum.busy, 1U);
  EXPECT_EQ(sum.starts, 2U);
  EXPECT_EQ(sum.durations.at(0), 1U);
  EXPECT_EQ(sum.durations.at(1), 1U);
  EXPECT_EQ(sum.duration_ns, 40'000U);
}

TEST_F(MetricsFile, PutsADurationIntoTheBucketWhoseEndItDoesNotExceed) {
  Metrics worker = attach();
  worker.counters().end_request(kDurationBounds.front());
  worker.counters().end_request(kDurationBounds.front() + std::chrono::nanoseconds(1));
  worker.counters().end_request(kDurationBounds.back() + microseconds(1));
  EXPECT_EQ(figures().durations.at(0), 1U);
  EXPECT_EQ(figures().durations.at(1), 1U);
  EXPECT_EQ(figures().durations.back(), 1U);
}

TEST_F(MetricsFile, KeepsWhatAWorkerCountedThatIsGone) {
  { attach().counters().end_request(microseconds(10)); }
  EXPECT_EQ(figures().workers, 0U);
  EXPECT_EQ(figures().durations.at(0), 1U);
  Metrics next = attach();
  EXPECT_EQ(figures().workers, 1U);
  EXPECT_EQ(figures().starts, 2U);
  EXPECT_EQ(figures().durations.at(0), 1U);
}

TEST_F(MetricsFile, SeesAWorkerThatWasKilledAsGone) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto metrics = Metrics::attach(file());
    if (metrics) metrics->counters().begin_request();
    static_cast<void>(!::write(ready[1], "x", 1));
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(figures().workers, 1U);
  EXPECT_EQ(figures().busy, 1U);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(figures().workers, 0U);
  EXPECT_EQ(figures().busy, 0U);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(MetricsFile, ALookDoesNotGiveAPlaceAway) {
  Metrics worker = attach();
  EXPECT_EQ(figures().workers, 1U);
  EXPECT_EQ(figures().workers, 1U);
}

TEST_F(MetricsFile, CountsEachDecisionOnceWhateverIsWritten) {
  Metrics worker = attach();
  Log log = Log::null();
  log.count_in(&worker.counters());
  const model::CanonicalRequest request;
  log.decision(request, model::Decision::refuse(model::Reason::kNoRule, ""), "192.0.2.7");
  log.decision(request, model::Decision::refuse(model::Reason::kNoRule, ""), "192.0.2.7");
  EXPECT_EQ(figures().decisions.at(static_cast<std::size_t>(model::Reason::kNoRule)), 2U);
  EXPECT_EQ(figures().decisions.at(static_cast<std::size_t>(model::Reason::kAllowed)), 0U);
}

TEST_F(MetricsFile, CountsCallsByNameOverAllWhoMakeThem) {
  {
    Metrics one = attach();
    one.counters().count_call("corporate", CallResult::kAnswered);
    one.counters().count_call("ldap", CallResult::kFailed);
  }
  Metrics next = attach();  // in the same place
  Metrics other = attach();
  next.counters().count_call("ldap", CallResult::kFailed);
  other.counters().count_call("corporate", CallResult::kNotMade);
  const auto calls = figures().calls;
  EXPECT_EQ(calls.at("corporate"), (CallCounts{1, 0, 1}));
  EXPECT_EQ(calls.at("ldap"), (CallCounts{0, 2, 0}));
}

TEST_F(MetricsFile, HasRoomForSoManyNamesAndLeavesTheRestOut) {
  Metrics worker = attach();
  const std::string longest(kCalledBytesMax, 'x');
  worker.counters().count_call(longest, CallResult::kAnswered);
  worker.counters().count_call(longest + "x", CallResult::kAnswered);
  for (std::size_t i = 1; i < kCalledMax + 3; ++i) {
    worker.counters().count_call("p" + std::to_string(i), CallResult::kAnswered);
  }
  worker.counters().count_call("p1", CallResult::kAnswered);
  const auto calls = figures().calls;
  EXPECT_EQ(calls.size(), kCalledMax);
  EXPECT_EQ(calls.at(longest), (CallCounts{1, 0, 0}));
  EXPECT_EQ(calls.at("p1"), (CallCounts{2, 0, 0}));
}

TEST_F(MetricsFile, TheHousekeeperCountsAndIsNoWorker) {
  auto beside = Metrics::attach(file(), Counts::kBeside);
  ASSERT_THAT(beside, IsOk());
  Metrics worker = attach();
  beside->counters().count_call("corporate", CallResult::kFailed);
  const PoolFigures sum = figures();
  EXPECT_EQ(sum.workers, 1U);
  EXPECT_EQ(sum.starts, 1U);
  EXPECT_EQ(sum.calls.at("corporate"), (CallCounts{0, 1, 0}));
}

TEST_F(MetricsFile, EveryReasonHasAPlace) {
  for (const model::Reason reason : model::all_reasons()) {
    EXPECT_LT(static_cast<std::size_t>(reason), kReasonsMax);
  }
}

TEST_F(MetricsFile, IsReadableByItsOwnerOnly) {
  Metrics worker = attach();
  struct stat status {};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(MetricsFile, OneOfAnotherBuildIsReplacedAndNotCut) {
  std::ofstream(file()) << "latchkey metrics\nof another build\n";
  ::chmod(file().c_str(), 0600);
  const int old = ::open(file().c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_THAT(PoolFigures::read(file()), FailsWith(ErrorCode::kUnavailable));
  Metrics worker = attach();
  EXPECT_EQ(figures().workers, 1U);
  struct stat status {};
  ASSERT_EQ(::fstat(old, &status), 0);
  EXPECT_EQ(status.st_size, 34);
  ::close(old);
}

// One with holes wants room at a worker's first count, and ends the worker where there is none.
TEST_F(MetricsFile, HasAllItsRoomFromTheBeginning) {
  Metrics worker = attach();
  struct stat status {};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_GE(status.st_blocks * 512, status.st_size);
}

TEST_F(MetricsFile, IsNotKeptOnAFullDiskAndNoWorkerDiesOfIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  constexpr int kNoMount = 2;
  const pid_t child = ::fork();
  if (child == 0) {
    const bool full = ::unshare(CLONE_NEWNS) == 0 &&
                      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                      ::mount("none", directory_.c_str(), "tmpfs", 0, "size=4k") == 0;
    if (!full) ::_exit(kNoMount);
    const auto metrics = Metrics::attach(file());
    ::_exit(!metrics && metrics.error().code == ErrorCode::kUnavailable ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  if (WEXITSTATUS(status) == kNoMount) GTEST_SKIP() << "nothing can be mounted here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// What a column counts stands in the file: a build that counts something else begins another.
TEST_F(MetricsFile, OneThatMeansOtherThingsByItsColumnsIsOfAnotherBuild) {
  const auto other_word = [this](std::string_view word) {
    std::filesystem::remove(file());
    { attach().counters().end_request(microseconds(10)); }
    std::fstream content(file(), std::ios::in | std::ios::out | std::ios::binary);
    std::string names(4096, '\0');
    content.read(names.data(), static_cast<std::streamsize>(names.size()));
    const std::size_t at = names.find("\n" + std::string(word) + "\n");
    if (at == std::string::npos) return false;
    content.seekp(static_cast<std::streamoff>(at + 1)).put('~');
    content.close();
    if (PoolFigures::read(file())) return false;
    const Metrics worker = attach();
    return figures().starts == 1;
  };
  for (const model::Reason reason : model::all_reasons()) {
    EXPECT_TRUE(other_word(name_of(reason))) << name_of(reason);
  }
  for (const model::Proof proof : model::all_proofs()) {
    EXPECT_TRUE(other_word(name_of(proof))) << name_of(proof);
  }
}

TEST_F(MetricsFile, RefusesALinkAndWhatOthersCanReadM43) {
  const std::string elsewhere = directory_ + "/elsewhere";
  std::ofstream(elsewhere) << "";
  std::filesystem::create_symlink(elsewhere, file());
  EXPECT_THAT(Metrics::attach(file()), FailsWith(ErrorCode::kUnavailable));
  std::filesystem::remove(file());
  std::ofstream(file()) << "";
  ::chmod(file().c_str(), 0644);
  EXPECT_THAT(Metrics::attach(file()), FailsWith(ErrorCode::kUnavailable));
}

TEST_F(MetricsFile, APoolThatNeverRanHasNone) {
  EXPECT_THAT(PoolFigures::read(file()), FailsWith(ErrorCode::kNotFound));
}

TEST(Exposition, WritesFamiliesAndSamples) {
  Exposition out;
  out.family("latchkey_up", MetricType::kGauge, "Is it.").sample({}, 1);
  out.family("latchkey_x_total", MetricType::kCounter, "All.")
      .sample({{"a", "1"}, {"b", "2"}}, 18'446'744'073'709'551'615U);
  EXPECT_EQ(out.take(),
            "# HELP latchkey_up Is it.\n# TYPE latchkey_up gauge\nlatchkey_up 1\n"
            "# HELP latchkey_x_total All.\n# TYPE latchkey_x_total counter\n"
            "latchkey_x_total{a=\"1\",b=\"2\"} 18446744073709551615\n");
}

TEST(Exposition, ALabelCannotBeginASampleOfItsOwnC22) {
  Exposition out;
  out.family("m", MetricType::kGauge, "h").sample({{"l", "a\"} 1\nforged 2\\"}}, 0);
  EXPECT_TRUE(out.take().ends_with("m{l=\"a\\\"} 1\\nforged 2\\\\\"} 0\n"));
}

TEST(Exposition, WritesSecondsExactly) {
  EXPECT_EQ(seconds_text(0), "0");
  EXPECT_EQ(seconds_text(25'000), "0.000025");
  EXPECT_EQ(seconds_text(5'000'000'000), "5");
  EXPECT_EQ(seconds_text(1'000'000'001), "1.000000001");
}

}  // namespace
}  // namespace latchkey::telemetry
