#include "store/statement.h"

#include <limits>
#include <type_traits>

#include "store/connection.h"
#include "store/sql.h"
#include "store/transaction.h"
#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

// SQL can only be what was there at compile time.
static_assert(!std::is_constructible_v<SqlText, std::string>);
static_assert(!std::is_constructible_v<SqlText, const char*>);
static_assert(!std::is_constructible_v<SqlText, std::string_view>);

class StatementTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(connection_.migrate(), IsOk()); }
  Connection connection_{":memory:", config::Journal::kWal, OnClose::kCheckpoint};
};

TEST_F(StatementTest, RefusesAnUnknownParameterName) {
  auto statement = connection_.prepare(sql::account_find);
  ASSERT_THAT(statement, IsOk());
  statement->bind(":id", std::string_view("x")).bind(":idd", std::string_view("y"));
  EXPECT_THAT(statement->step(), FailsWith(ErrorCode::kInternal));
}

TEST_F(StatementTest, RefusesToRunWithAParameterLeftOut) {
  auto statement = connection_.prepare(sql::account_find_by_subject);
  ASSERT_THAT(statement, IsOk());
  statement->bind(":issuer", std::string_view("x"));
  EXPECT_THAT(statement->step(), FailsWith(ErrorCode::kInternal));
}

TEST_F(StatementTest, TakesTextAsDataOnly) {
  auto statement = connection_.prepare(sql::account_find_by_name);
  statement->bind(":user_name", std::string_view("' OR ''='"));
  EXPECT_THAT(statement->step(), IsOk());
}

TEST_F(StatementTest, IsPreparedOnceAndUsedAgain) {
  sqlite3_stmt* first = nullptr;
  for (int i = 0; i < 3; ++i) {
    auto statement = connection_.prepare(sql::account_find);
    ASSERT_THAT(statement, IsOk());
    EXPECT_EQ(*statement->bind(":id", std::string_view("x")).step(), Step::kDone);
    sqlite3_stmt* const last = sqlite3_next_stmt(connection_.handle(), nullptr);
    if (first == nullptr) first = last;
    EXPECT_EQ(last, first);
  }
}

TEST_F(StatementTest, KnowsForeignKeys) {
  auto statement = connection_.prepare(SqlText("PRAGMA foreign_keys"));
  ASSERT_THAT(statement->step_to_row("pragma"), IsOk());
  EXPECT_EQ(Columns(*statement).integer(), 1);
}

TEST_F(StatementTest, DoesNotTrustTheSchema) {
  auto statement = connection_.prepare(SqlText("PRAGMA trusted_schema"));
  ASSERT_THAT(statement->step_to_row("pragma"), IsOk());
  EXPECT_EQ(Columns(*statement).integer(), 0);
}

TEST_F(StatementTest, ATransactionThatIsNotCommittedIsUndone) {
  {
    const auto transaction = Transaction::begin(connection_);
    ASSERT_THAT(transaction, IsOk());
    EXPECT_THAT(connection_.execute(SqlText(
                    "INSERT INTO logout_token (issuer, jti, expires) VALUES ('i', 'j', 1)")),
                IsOk());
  }
  EXPECT_THAT(Sessions(connection_).obey_logout({"i", "j", kNow, {}, {}}, kNow, kSomebody), IsOk());
}

TEST(Lines, AreReadBackAsTheyWereJoined) {
  Store store = in_memory();
  SystemRandom random;
  for (const std::vector<std::string>& groups :
       {std::vector<std::string>{}, {"one"}, {"a b", "c|d", "e"}}) {
    model::Profile profile = profile_of("alice");
    profile.groups = groups;
    const auto account =
        store.accounts().sign_in("main", kIssuer, "alice", profile, kNow, random);
    ASSERT_THAT(account, IsOk());
    EXPECT_EQ(account->profile.groups, groups);
  }
}

TEST(Durability, EveryCommitIsOnTheDiskInEitherJournalMode) {
  for (const auto& [journal, level] : {std::pair{config::Journal::kWal, 2},
                                       std::pair{config::Journal::kDelete, 3}}) {
    const TemporaryDirectory place;
    Connection connection(place.file("latchkey.db"), journal, OnClose::kCheckpoint);
    ASSERT_THAT(connection.migrate(), IsOk());
    auto statement = connection.prepare(SqlText("PRAGMA synchronous"));
    ASSERT_THAT(statement->step_to_row("pragma"), IsOk());
    EXPECT_EQ(Columns(*statement).integer(), level);
  }
}

}  // namespace
}  // namespace latchkey::store
