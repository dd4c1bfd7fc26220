// Memberships: limits, leases, generations, and what a lost one ends.
#include <sqlite3.h>
#include <sys/stat.h>

#include "store/sql.h"
#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

const MemberTimes kTimes{.now = kNow, .due = kNow + Seconds(300), .until = kNow + Seconds(3900)};

class MembershipsTest : public ::testing::Test {
 protected:
  MembershipsTest() : alice_(person(store_, "alice")) {
    EXPECT_THAT(start(store_, session_of(alice_, "s1")), IsOk());
    EXPECT_THAT(members().signed_in(alice_.id, "main", "sealed-1", kTimes), IsOk());
  }
  Memberships& members() { return store_.memberships(); }
  Membership kept() { return *members().find(alice_.id); }
  MemberQuestion question() { return {alice_.id, kept().generation}; }
  bool is_due() { return members().due("main", Whom::kHolders, kTimes.due, 10)->size() == 1; }
  model::Account machine() {
    SystemRandom random;
    return *store_.machines().create(profile_of("ci-bot"), alice_.id, std::nullopt, kNow,
                                     random, kSomebody);
  }
  std::optional<TimePoint> limit() {
    return store_.sessions().presented(hash_of("s1"))->owner.member_until;
  }

  Store store_ = in_memory();
  model::Account alice_;
};

TEST_F(MembershipsTest, LimitWhatADecisionReads) {
  EXPECT_EQ(limit(), kTimes.until);
  ASSERT_THAT(members().signed_in_for_good(alice_.id), IsOk());
  EXPECT_EQ(limit(), std::nullopt);
  EXPECT_THAT(members().find(alice_.id), FailsWith(ErrorCode::kNotFound));
}

TEST_F(MembershipsTest, AreDueAtTheirTimeAndWhileSomethingIsAlive) {
  EXPECT_EQ(members().due("main", Whom::kHolders, kTimes.due - Seconds(1), 10)->size(), 0u);
  EXPECT_EQ(members().due("main", Whom::kHolders, kTimes.due, 10), std::vector<AccountId>{alice_.id});
  EXPECT_EQ(members().due("another", Whom::kEverybody, kTimes.due, 10)->size(), 0u);
  ASSERT_THAT(store_.sessions().end("s1", kNow, kSomebody), IsOk());
  EXPECT_EQ(members().due("main", Whom::kEverybody, kTimes.due, 10)->size(), 1u);
  EXPECT_EQ(members().due("main", Whom::kHolders, kTimes.due, 10)->size(), 0u);
  ASSERT_THAT(store_.credentials().issue(credential_of(alice_, "c1"), kPlenty, kSomebody), IsOk());
  EXPECT_EQ(members().due("main", Whom::kHolders, kTimes.due, 10)->size(), 1u);
}

TEST_F(MembershipsTest, AreDueWhileThereIsAUserToken) {
  ASSERT_THAT(store_.sessions().end("s1", kNow, kSomebody), IsOk());
  const UserToken token{.account = alice_.id,
                        .name_code = "alice001",
                        .generation = 1,
                        .pass_hash = hash_of("pass"),
                        .created = kNow,
                        .created_by = "alice",
                        .created_by_realm = {},
                        .last_used = std::nullopt,
                        .last_used_from = {},
                        .last_used_by = {}};
  ASSERT_THAT(store_.user_tokens().make(token, 0, Renewal::kKeep, kSomebody), IsOk());
  EXPECT_TRUE(is_due());
  ASSERT_THAT(store_.user_tokens().reset(alice_.id, kNow, kSomebody), IsOk());
  EXPECT_FALSE(is_due());
}

// Nobody else is ever asked whether a machine may go on.
TEST_F(MembershipsTest, AreDueWhileAMachineOfTheirsHoldsACredential) {
  ASSERT_THAT(store_.sessions().end("s1", kNow, kSomebody), IsOk());
  const model::Account bot = machine();
  EXPECT_FALSE(is_due());
  ASSERT_THAT(store_.credentials().issue(credential_of(bot, "c1"), kPlenty, kSomebody), IsOk());
  EXPECT_TRUE(is_due());
  ASSERT_THAT(store_.accounts().disable(bot.id, kNow, kSomebody), IsOk());
  EXPECT_FALSE(is_due());
}

TEST_F(MembershipsTest, AreAskedAboutByOneAtATime) {
  ASSERT_THAT(members().take(alice_.id, kNow, Seconds(60)), IsOk());
  EXPECT_THAT(members().take(alice_.id, kNow + Seconds(59), Seconds(60)),
              FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(members().take(alice_.id, kNow + Seconds(60), Seconds(60)), IsOk());
}

TEST_F(MembershipsTest, TakeNoAnswerToAnOlderGrant) {
  const MemberQuestion old = question();
  ASSERT_THAT(members().sending(old), IsOk());
  EXPECT_TRUE(kept().maybe_spent);
  EXPECT_EQ(members().keep_grant(old, "sealed-2"), old.generation + 1);
  EXPECT_FALSE(kept().maybe_spent);
  EXPECT_THAT(members().confirm(old, kTimes), FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(members().lose(old, kNow, Ends::kEverything, "no"), FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(members().postpone(old, kNow, kNow, GrantAfter::kKept, ""),
              FailsWith(ErrorCode::kConflict));
  EXPECT_EQ(kept().sealed_grant, "sealed-2");
  EXPECT_EQ(store_.accounts().find(alice_.id)->session_epoch, 0);
}

TEST_F(MembershipsTest, EndBothEpochsAndTheLimitWhenTheyAreLost) {
  ASSERT_THAT(members().lose(question(), kNow, Ends::kEverything, "gone"), IsOk());
  const auto account = store_.accounts().find(alice_.id);
  EXPECT_EQ(account->session_epoch, 1);
  EXPECT_EQ(account->credential_epoch, 1);
  EXPECT_EQ(limit(), kNow);
  EXPECT_EQ(kept().state, MemberState::kLost);
  EXPECT_EQ(kept().sealed_grant, "");
}

// The provider is asked no more from then on; whom it had refused stays refused, until a sign-in.
TEST_F(MembershipsTest, StayLostWhenTheirProviderIsAskedNoMore) {
  ASSERT_THAT(members().lose(question(), kNow, Ends::kEverything, "gone"), IsOk());
  EXPECT_EQ(members().settle("main", kNow, std::nullopt), 0);
  EXPECT_EQ(kept().state, MemberState::kLost);
  EXPECT_EQ(kept().until, kNow);
  EXPECT_EQ(kept().detail, "gone");
  ASSERT_THAT(members().signed_in_for_good(alice_.id), IsOk());
  EXPECT_THAT(members().find(alice_.id), FailsWith(ErrorCode::kNotFound));
}

// As stores are whose row went with the question: an end, and nobody who could say otherwise.
TEST(Memberships, OfWhomOnlyTheEndIsLeftAreLost) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("old.db");
  Store store = create(path);
  const model::Account alice = person(store, "alice");
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "UPDATE account SET member_until = 1800000000", nullptr, nullptr,
                         nullptr),
            SQLITE_OK);
  ASSERT_EQ(sqlite3_close(other), SQLITE_OK);
  const auto found = store.memberships().find(alice.id);
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->state, MemberState::kLost);
  EXPECT_EQ(found->until, kNow);
}

TEST_F(MembershipsTest, CountOnWhileNobodyAnswers) {
  ASSERT_THAT(members().postpone(question(), kNow, kNow + Seconds(30), GrantAfter::kMaybeSpent, "503"),
              IsOk());
  EXPECT_EQ(limit(), kTimes.until);
  EXPECT_EQ(kept().state, MemberState::kUnknown);
  EXPECT_EQ(kept().failures, 1);
  EXPECT_TRUE(kept().maybe_spent);
  EXPECT_EQ(kept().due, kNow + Seconds(30));
}

TEST_F(MembershipsTest, GoWithTheirAccount) {
  ASSERT_THAT(store_.accounts().remove(alice_.id, kNow, kSomebody), IsOk());
  EXPECT_THAT(members().find(alice_.id), FailsWith(ErrorCode::kNotFound));
}

// What the first version of the schema holds is there after the migration, and unlimited.
TEST(Migration, KeepsTheAccountsOfTheFirstSchema) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("old.db");
  sqlite3* old = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &old), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(old, sql::kSchema.front().text(), nullptr, nullptr, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(old,
                         "INSERT INTO account (id, provider, issuer, subject, user_name, display_name,"
                         " mail, mail_verified, group_names, created, refreshed)"
                         " VALUES ('a1', 'main', 'i', 's', 'alice', '', '', 0, 'dev', 1, 1)",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  ASSERT_EQ(sqlite3_close(old), SQLITE_OK);
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);

  Store store = create(path);
  const auto alice = store.accounts().find_by_name("alice");
  ASSERT_THAT(alice, IsOk());
  EXPECT_EQ(alice->profile.groups, std::vector<std::string>{"dev"});
  EXPECT_EQ(store.memberships().settle("main", kNow, kTimes.until), 1);
  EXPECT_EQ(store.memberships().find(alice->id)->until, kTimes.until);
}

}  // namespace
}  // namespace latchkey::store
