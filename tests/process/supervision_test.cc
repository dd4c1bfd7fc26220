// Workers that crash, hang, retire; signals; reload.
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include "process/fcgi_client.h"
#include "process/pool_process.h"

namespace latchkey::testing {
namespace {

using std::chrono::milliseconds;

TEST(Supervisor, ReplacesACrashedWorkerAtOnce) {
  PoolProcess pool;
  pool.start();
  const std::string before = ask(pool.where(), "pid").body();
  const Reply crashed = ask(pool.where(), "crash");
  EXPECT_FALSE(crashed.any) << crashed.text;
  const std::string after = ask(pool.where(), "pid").body();
  EXPECT_NE(after, "");
  EXPECT_NE(after, before);
  EXPECT_TRUE(pool.logged("worker_died")) << pool.log();
}

TEST(Supervisor, ReplacesAStuckWorker) {
  PoolProcess pool;
  pool.options.settings.stuck_after = milliseconds(100);
  pool.start();
  const Reply stuck = ask(pool.where(), "hang");
  EXPECT_FALSE(stuck.any);
  EXPECT_EQ(ask(pool.where(), "ok").status(), 200);
  EXPECT_TRUE(pool.logged("worker_stuck")) << pool.log();
}

TEST(Supervisor, NeverTakesAnIdleWorkerForAStuckOne) {
  PoolProcess pool;
  pool.options.settings.stuck_after = milliseconds(20);
  pool.options.settings.workers = 2;
  pool.start();
  ASSERT_FALSE(ask(pool.where(), "hang").any);  // takes longer than the limit
  std::set<std::string> pids;
  for (int i = 0; i < 20; ++i) pids.insert(ask(pool.where(), "pid").body());
  EXPECT_LE(pids.size(), 3U);
  const std::string log = pool.log();
  EXPECT_EQ(log.find("worker_stuck"), log.rfind("worker_stuck")) << log;
}

TEST(Supervisor, RetiresAWorkerAfterItsRequestsAndLosesNone) {
  PoolProcess pool;
  pool.options.settings.requests_per_worker = 3;
  pool.start();
  std::set<std::string> pids;
  for (int i = 0; i < 12; ++i) {
    const Reply reply = ask(pool.where(), "pid");
    ASSERT_TRUE(reply.complete) << i;
    pids.insert(reply.body());
  }
  EXPECT_EQ(pids.size(), 4U);
}

TEST(Supervisor, BacksOffWhenWorkersCannotStart) {
  PoolProcess pool;
  pool.configure("no-worker");
  pool.start();
  EXPECT_TRUE(PoolProcess::eventually([&pool] {
    return pool.logged("replaced_after_ms=100") && pool.logged("replaced_after_ms=200") &&
           pool.logged("replaced_after_ms=400");
  })) << pool.log();
  pool.signal(SIGTERM);
  EXPECT_EQ(pool.exit_status(), server::kExitGood);
}

TEST(Supervisor, KeepsTheSlowPlacesBoundedAndTakesThemBackFromTheDead) {
  PoolProcess pool;
  pool.options.settings.workers = 4;
  pool.start();
  const UniqueFd holder = connect_to(pool.where());
  ASSERT_TRUE(send_bytes(holder.get(), request("slow")));
  ASSERT_TRUE(pool.signals.entered.take());
  EXPECT_EQ(ask(pool.where(), "slow").status(), 503);
  EXPECT_EQ(ask(pool.where(), "ok").status(), 200);
  pool.signals.release.put();
  EXPECT_EQ(read_reply(holder.get()).status(), 200);
}

TEST(Supervisor, GivesTheSlowPlaceOfAStuckWorkerBack) {
  PoolProcess pool;
  pool.options.settings.workers = 4;
  pool.options.settings.stuck_after = milliseconds(500);
  pool.start();
  ASSERT_FALSE(ask(pool.where(), "slow").any);  // ended as stuck, with the place in hand
  ASSERT_TRUE(pool.signals.entered.take());
  pool.signals.release.put();
  EXPECT_TRUE(PoolProcess::eventually([&] { return ask(pool.where(), "slow").status() == 200; }));
}

TEST(Supervisor, RunsAndRestartsTheHousekeeperAndEndsIt) {
  PoolProcess pool;
  pool.housekeeper = PoolProcess::Housekeeper::kWaits;
  pool.start();
  ASSERT_TRUE(pool.signals.housekept.take());
  pool.signal(SIGHUP);
  ASSERT_TRUE(pool.signals.housekept.take()) << pool.log();
  pool.signal(SIGTERM);
  EXPECT_EQ(pool.exit_status(), server::kExitGood);
}

TEST(Supervisor, HoldsBackAHousekeeperThatEndsByItself) {
  PoolProcess pool;
  pool.housekeeper = PoolProcess::Housekeeper::kReturns;
  pool.start();
  EXPECT_TRUE(PoolProcess::eventually([&pool] { return pool.logged("replaced_after_ms=200"); }))
      << pool.log();
  EXPECT_EQ(ask(pool.where(), "ok").status(), 200);
}

TEST(Supervisor, OpensRenamedLogsAgain) {
  PoolProcess pool;
  pool.housekeeper = PoolProcess::Housekeeper::kLogs;
  pool.start();
  ASSERT_TRUE(pool.logged("pool_started"));
  ASSERT_TRUE(PoolProcess::eventually([&] { return pool.logged("housekeeping"); }));
  std::filesystem::rename(pool.path("log"), pool.path("log.1"));
  pool.signal(SIGUSR1);
  EXPECT_TRUE(PoolProcess::eventually([&] { return pool.logged("housekeeping"); }));
  ASSERT_FALSE(ask(pool.where(), "crash").any);
  EXPECT_TRUE(PoolProcess::eventually([&] { return pool.logged("worker_died"); }));
}

// Waits until the pool serves with the configuration `version`.
bool becomes(const PoolProcess& pool, const std::string& version) {
  return PoolProcess::eventually([&] { return ask(pool.where(), "config").body() == version; });
}

TEST(Reload, ExchangesTheWorkersAndLosesNothingUnderLoadC20) {
  PoolProcess pool;
  pool.options.settings.workers = 2;
  pool.start();
  std::atomic<bool> stop{false};
  std::atomic<int> lost{0}, asked{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back([&] {
      while (!stop) {
        if (!ask(pool.where(), "config").complete) ++lost;
        ++asked;
      }
    });
  }
  for (const char* version : {"second", "third", "fourth"}) {
    pool.configure(version);
    pool.signal(SIGHUP);
    EXPECT_TRUE(becomes(pool, version)) << pool.log();
  }
  stop = true;
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(lost, 0) << "of " << asked;
  EXPECT_GT(asked, 0);
}

TEST(Reload, AnswersTheRequestInHandWithTheOldConfiguration) {
  PoolProcess pool;
  pool.start();
  const UniqueFd old = connect_to(pool.where());
  ASSERT_TRUE(send_bytes(old.get(), request("wait")));
  ASSERT_TRUE(pool.signals.entered.take());
  pool.configure("second");
  pool.signal(SIGHUP);
  EXPECT_TRUE(becomes(pool, "second"));
  pool.signals.release.put();
  EXPECT_EQ(read_reply(old.get()).status(), 200);
}

class BadReload : public ::testing::TestWithParam<const char*> {};

TEST_P(BadReload, KeepsTheOldConfigurationC20) {
  PoolProcess pool;
  pool.start();
  const std::string pid = ask(pool.where(), "pid").body();
  pool.configure(GetParam());
  pool.signal(SIGHUP);
  EXPECT_TRUE(PoolProcess::eventually([&] { return pool.logged("reload_refused"); }));
  EXPECT_EQ(ask(pool.where(), "config").body(), "first");
  EXPECT_EQ(ask(pool.where(), "pid").body(), pid);
  // What replaces a worker now has the old configuration too, whatever the file says.
  ASSERT_FALSE(ask(pool.where(), "crash").any);
  EXPECT_EQ(ask(pool.where(), "config").body(), "first");
}

INSTANTIATE_TEST_SUITE_P(Faults, BadReload, ::testing::Values("bad", "crash", "no-service"));

TEST(Stop, AnswersTheRequestInHandFirst) {
  PoolProcess pool;
  pool.start();
  const UniqueFd busy = connect_to(pool.where());
  ASSERT_TRUE(send_bytes(busy.get(), request("wait")));
  ASSERT_TRUE(pool.signals.entered.take());
  pool.signal(SIGTERM);
  ASSERT_TRUE(PoolProcess::eventually([&] { return !std::filesystem::exists(pool.path("s")); }));
  pool.signals.release.put();
  EXPECT_EQ(read_reply(busy.get()).status(), 200);
  EXPECT_EQ(pool.exit_status(), server::kExitGood);
}

TEST(Stop, EndsAWorkerThatDoesNotDrain) {
  PoolProcess pool;
  pool.options.settings.drain = milliseconds(100);
  pool.start();
  const UniqueFd busy = connect_to(pool.where());
  ASSERT_TRUE(send_bytes(busy.get(), request("wait")));
  ASSERT_TRUE(pool.signals.entered.take());
  pool.signal(SIGTERM);
  EXPECT_EQ(pool.exit_status(), server::kExitGood);
  EXPECT_FALSE(read_reply(busy.get()).any);
}

}  // namespace
}  // namespace latchkey::testing
