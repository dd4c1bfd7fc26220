#include "latchkey/store/attempts.h"

#include "store/connection.h"
#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

constexpr const char* kAddress = "192.0.2.7";

void fail_often(Attempts& attempts, std::string_view name, std::string_view address, int times) {
  for (int i = 0; i < times; ++i) {
    ASSERT_THAT(attempts.record_failure(name, address, kNow), IsOk());
  }
}

std::optional<Seconds> wait_of(Attempts& attempts, std::string_view name,
                               std::string_view address = "198.51.100.1", TimePoint now = kNow) {
  const auto wait = attempts.retry_after(name, address, now);
  EXPECT_THAT(wait, IsOk());
  return wait.value_or(Seconds(-1));
}

TEST(Attempts, LetsThePersonTryAgainAFewTimes) {
  Store store = in_memory();
  fail_often(store.attempts(), "alice", kAddress, 4);
  EXPECT_EQ(wait_of(store.attempts(), "alice"), std::nullopt);
}

TEST(Attempts, DoublesTheWaitUpToAQuarterOfAnHour) {
  Store store = in_memory();
  Attempts& attempts = store.attempts();
  fail_often(attempts, "alice", kAddress, 5);
  EXPECT_EQ(wait_of(attempts, "alice"), Seconds(1));
  fail_often(attempts, "alice", kAddress, 1);
  EXPECT_EQ(wait_of(attempts, "alice"), Seconds(2));
  fail_often(attempts, "alice", kAddress, 3);
  EXPECT_EQ(wait_of(attempts, "alice"), Seconds(16));
  fail_often(attempts, "alice", kAddress, 20);
  EXPECT_EQ(wait_of(attempts, "alice"), kAttemptWaitMax);
}

TEST(Attempts, AllowsTheNextTryWhenTheWaitIsOver) {
  Store store = in_memory();
  fail_often(store.attempts(), "alice", kAddress, 7);
  EXPECT_EQ(wait_of(store.attempts(), "alice", kAddress, kNow + Seconds(3)), Seconds(1));
  EXPECT_EQ(wait_of(store.attempts(), "alice", kAddress, kNow + Seconds(4)), std::nullopt);
}

TEST(Attempts, CountsEverySpellingOfANameAsOneA4A6) {
  Store store = in_memory();
  for (const char* spelling : {"Admin", "ADMIN", "admin ", " admin", "aDmin"}) {
    ASSERT_THAT(store.attempts().record_failure(spelling, kAddress, kNow), IsOk());
  }
  EXPECT_EQ(wait_of(store.attempts(), "admin"), Seconds(1));
}

TEST(Attempts, CountsNamesThatCanBeNobodysTogetherA4A6) {
  const std::string composed = "jos\xc3\xa9";     // NFC
  const std::string decomposed = "jose\xcc\x81";  // NFD
  EXPECT_EQ(attempt_name(composed), attempt_name(decomposed));
  EXPECT_EQ(attempt_name(composed), attempt_name(std::string(5000, 'a')));
  EXPECT_EQ(attempt_name(composed), attempt_name(""));
  EXPECT_NE(attempt_name(composed), attempt_name("other"));
}

TEST(Attempts, NobodysSuccessEndsTheCountOfNamesThatCanBeNobodysA4) {
  Store store = in_memory();
  Attempts& attempts = store.attempts();
  fail_often(attempts, "\xef\xbd\x81lice", kAddress, 5);  // begins with a full-width letter
  ASSERT_THAT(attempts.clear("b\xef\xbd\x8f" "b"), IsOk());
  EXPECT_EQ(wait_of(attempts, "\xef\xbd\x81lice"), Seconds(1));
}

TEST(Attempts, CountsSeveralBlanksAsOneLikeADirectory) {
  EXPECT_EQ(attempt_name("Ann   Example"), "ann example");
  EXPECT_NE(attempt_name("ann example"), attempt_name("annexample"));
}

TEST(Attempts, CountsAWholeNetworkAsOneWithMorePatienceA4) {
  Store store = in_memory();
  Attempts& attempts = store.attempts();
  for (int i = 0; i < kNetworkFailuresFree; ++i) {
    const std::string number = std::to_string(i);
    ASSERT_THAT(attempts.record_failure("user" + number, "192.0.2." + number, kNow), IsOk());
  }
  EXPECT_EQ(wait_of(attempts, "somebody-new", "192.0.2.250"), Seconds(1));
  EXPECT_EQ(wait_of(attempts, "somebody-new", "192.0.3.250"), std::nullopt);
}

TEST(Attempts, KnowsTheNetworkOfAnAddressInEverySpelling) {
  EXPECT_EQ(attempt_network("192.0.2.7"), "192.0.2.0/24");
  EXPECT_EQ(attempt_network("::ffff:192.0.2.9"), "192.0.2.0/24");
  EXPECT_EQ(attempt_network("2001:db8:0:1::5"), "2001:db8:0:1::/64");
  EXPECT_EQ(attempt_network("2001:0DB8::1:ffff:0:0:1"), "2001:db8:0:1::/64");
  EXPECT_EQ(attempt_network("fe80::1%eth0"), attempt_network("fe80::2"));
  EXPECT_EQ(attempt_network("unix:"), attempt_network(""));
}

TEST(Attempts, ARightPasswordForgivesTheNameButNotTheNetworkA4) {
  Store store = in_memory();
  Attempts& attempts = store.attempts();
  fail_often(attempts, "alice", kAddress, static_cast<int>(kNetworkFailuresFree));
  ASSERT_THAT(attempts.clear("Alice"), IsOk());
  EXPECT_EQ(wait_of(attempts, "alice"), std::nullopt);
  EXPECT_EQ(wait_of(attempts, "alice", kAddress), Seconds(1));
}

TEST(Attempts, SurviveARestartN39) {
  const TemporaryDirectory place;
  const std::string path = place.file("latchkey.db");
  {
    Store store = create(path);
    fail_often(store.attempts(), "alice", kAddress, 5);
  }
  Store store = reopen(path);
  EXPECT_EQ(wait_of(store.attempts(), "alice"), Seconds(1));
}

TEST(Attempts, AreForgottenAfterADayOfQuiet) {
  Store store = in_memory();
  fail_often(store.attempts(), "alice", kAddress, 30);
  const TimePoint later = kNow + kAttemptMemory;
  ASSERT_THAT(store.attempts().record_failure("alice", kAddress, later), IsOk());
  EXPECT_EQ(wait_of(store.attempts(), "alice", kAddress, later), std::nullopt);
}

TEST(Attempts, AClockSetBackBlocksNobodyForHours) {
  Store store = in_memory();
  fail_often(store.attempts(), "alice", kAddress, 8);
  const auto wait = wait_of(store.attempts(), "alice", kAddress, kNow - Seconds(86400));
  EXPECT_LE(*wait, kAttemptWaitMax);
}

class CappedAttempts : public testing::Test {
 protected:
  static constexpr std::int64_t kRowsMax = 10;
  void SetUp() override { ASSERT_THAT(connection_.migrate(), IsOk()); }

  std::int64_t rows() {
    auto statement = connection_.prepare(SqlText("SELECT count(*) FROM attempt"));
    EXPECT_THAT(statement->step_to_row("count"), IsOk());
    return Columns(*statement).integer();
  }

  Connection connection_{":memory:", config::Journal::kWal, OnClose::kCheckpoint};
  Attempts attempts_{connection_, kRowsMax};
};

TEST_F(CappedAttempts, CannotFillTheDiskN39) {
  for (int i = 0; i < 200; ++i) {
    const std::string number = std::to_string(i);
    ASSERT_THAT(attempts_.record_failure("user" + number, "10.0." + number + ".1", kNow), IsOk());
  }
  EXPECT_EQ(rows(), 2 * kRowsMax);
}

TEST_F(CappedAttempts, FloodingTheTableDoesNotFreeABlockedNameN39) {
  fail_often(attempts_, "admin", kAddress, 8);
  for (int i = 0; i < 200; ++i) {
    ASSERT_THAT(attempts_.record_failure("user" + std::to_string(i), kAddress, kNow), IsOk());
  }
  EXPECT_EQ(wait_of(attempts_, "admin"), Seconds(8));
}

TEST_F(CappedAttempts, FloodingWithBlockedNamesSlowsUnknownOnesTogetherN39) {
  for (int i = 0; i < kRowsMax; ++i) {
    fail_often(attempts_, "user" + std::to_string(i), kAddress, 6);
  }
  for (int i = 0; i < 6; ++i) {
    ASSERT_THAT(attempts_.record_failure("fresh" + std::to_string(i), kAddress, kNow), IsOk());
  }
  EXPECT_EQ(wait_of(attempts_, "never-seen"), Seconds(2));
  EXPECT_EQ(rows(), kRowsMax + 1 + 1);  // the shared counter, and the one network
}

}  // namespace
}  // namespace latchkey::store
