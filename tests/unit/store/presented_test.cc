#include "latchkey/store/presented.h"

#include <functional>
#include <vector>

#include "store/connection.h"
#include "store/memo.h"
#include "store/transaction.h"
#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

constexpr auto kWal = config::Journal::kWal;

struct Row {
  int number = 0;
  std::size_t bytes = 1;
};
std::size_t bytes_of(const Row& row) { return row.bytes; }
using Rows = Memo<int, Row, std::hash<int>>;

std::optional<ChangeMark> mark_numbered(std::uint64_t number) {
  return ChangeMark{.header = {number}, .look = 1};
}

// What comes of asking for `key`: the number read now, or the one that was known.
int ask(Rows& rows, int key, const std::optional<ChangeMark>& mark, int number_now,
        std::size_t bytes = 1) {
  return rows.row(mark, key, [&]() -> Result<Row> { return Row{number_now, bytes}; })->number;
}

TEST(Memo, KnowsARowOnlyWhileTheMarkIsTheSame) {
  Rows rows;
  EXPECT_EQ(ask(rows, 1, mark_numbered(7), 11), 11);
  EXPECT_EQ(ask(rows, 1, mark_numbered(7), 12), 11);
  EXPECT_EQ(ask(rows, 2, mark_numbered(7), 22), 22);
  EXPECT_EQ(ask(rows, 1, mark_numbered(7), 13), 11);
  EXPECT_EQ(ask(rows, 1, mark_numbered(8), 14), 14);
}

TEST(Memo, ForgetsAllThatAnOlderMarkHad) {
  Rows rows;
  EXPECT_EQ(ask(rows, 1, mark_numbered(7), 11), 11);
  EXPECT_EQ(ask(rows, 2, mark_numbered(8), 22), 22);
  EXPECT_EQ(ask(rows, 1, mark_numbered(7), 12), 12);
  EXPECT_EQ(ask(rows, 2, mark_numbered(7), 23), 23);
}

TEST(Memo, KeepsNothingWithoutAMarkAndNothingThatFailed) {
  Rows rows;
  EXPECT_EQ(ask(rows, 1, std::nullopt, 11), 11);
  EXPECT_EQ(ask(rows, 1, std::nullopt, 12), 12);
  const auto fails = []() -> Result<Row> { return fail(ErrorCode::kNotFound, "gone"); };
  EXPECT_THAT(rows.row(mark_numbered(7), 1, fails), FailsWith(ErrorCode::kNotFound));
  EXPECT_EQ(ask(rows, 1, mark_numbered(7), 13), 13);
  EXPECT_THAT(rows.row(fail(ErrorCode::kUnavailable, "no file"), 1, fails),
              FailsWith(ErrorCode::kUnavailable));
}

TEST(Memo, HoldsNoMoreThanItsBytes) {
  Rows rows;
  const auto mark = mark_numbered(7);
  for (int key = 0; key < 10; ++key) ask(rows, key, mark, 1, kMemoBytesMax / 8);
  int known = 0;
  for (int key = 9; key >= 0; --key) known += ask(rows, key, mark, 2, kMemoBytesMax) == 1 ? 1 : 0;
  EXPECT_GT(known, 0);
  EXPECT_LE(known, 8);
}

// One connection that looks, and a store of "another process" that writes.
class ChangeMarks : public testing::Test {
 protected:
  ChangeMarks() : path_(place_.file("latchkey.db")), writer_(create(path_)) {
    alice_ = person(writer_, "alice");
  }

  ChangeMark mark() {
    auto read = looker_.change_mark();
    EXPECT_TRUE(read && *read);
    return read.value_or(std::nullopt).value_or(ChangeMark{});
  }

  TemporaryDirectory place_;
  const std::string path_;
  Store writer_;
  model::Account alice_;
  Connection looker_{path_, kWal, OnClose::kCheckpoint};
};

TEST_F(ChangeMarks, StayWhileNobodyWrites) {
  const ChangeMark before = mark();
  ASSERT_THAT(Accounts(looker_).find(alice_.id), IsOk());
  ASSERT_THAT(writer_.accounts().find(alice_.id), IsOk());
  EXPECT_EQ(mark().header, before.header);
}

TEST_F(ChangeMarks, DifferAfterEveryCommit) {
  std::vector<ChangeMark> seen{mark()};
  const auto differs = [&] {
    const ChangeMark now = mark();
    for (const ChangeMark& earlier : seen) EXPECT_NE(earlier.header, now.header);
    seen.push_back(now);
  };
  ASSERT_THAT(writer_.accounts().end_sessions(alice_.id, kNow, kSomebody), IsOk());
  differs();
  ASSERT_THAT(Accounts(looker_).end_sessions(alice_.id, kNow, kSomebody), IsOk());
  differs();
  // A log that begins anew counts its frames anew, too.
  ASSERT_THAT(looker_.execute(SqlText("PRAGMA wal_checkpoint(TRUNCATE)")), IsOk());
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(writer_.accounts().end_sessions(alice_.id, kNow, kSomebody), IsOk());
    differs();
  }
}

TEST_F(ChangeMarks, StayForARolledBackChange) {
  const ChangeMark before = mark();
  {
    auto transaction = Transaction::begin(looker_);
    ASSERT_THAT(transaction, IsOk());
    ASSERT_THAT(Accounts(looker_).find(alice_.id), IsOk());
    const auto inside = looker_.change_mark();
    ASSERT_THAT(inside, IsOk());
    EXPECT_FALSE(inside->has_value());  // what is not committed is in no mark
  }
  EXPECT_EQ(mark().header, before.header);
}

TEST_F(ChangeMarks, DifferWhenTheFileWasLookedAtAgain) {
  const ChangeMark before = mark();
  looker_.recheck_file();
  EXPECT_NE(mark(), before);
}

TEST_F(ChangeMarks, AreNotThereWithoutASharedLog) {
  Connection memory(":memory:", kWal, OnClose::kCheckpoint);
  ASSERT_THAT(memory.migrate(), IsOk());
  EXPECT_FALSE(memory.change_mark()->has_value());

  const TemporaryDirectory place;
  { create(place.file("latchkey.db"), config::Journal::kDelete); }
  Connection single(place.file("latchkey.db"), config::Journal::kDelete, OnClose::kCheckpoint);
  EXPECT_FALSE(single.change_mark()->has_value());
  EXPECT_FALSE(std::filesystem::exists(place.file("latchkey.db-shm")));
}

std::int64_t synchronous_of(Connection& connection) {
  auto statement = connection.prepare(SqlText("PRAGMA synchronous"));
  EXPECT_THAT(statement, IsOk());
  EXPECT_THAT(statement->step_to_row("mode"), IsOk());
  return Columns(*statement).integer();
}

TEST_F(ChangeMarks, AreWrittenWithoutTheDiskOnlyForCoarseWrites) {
  constexpr std::int64_t kNormal = 1;
  constexpr std::int64_t kFull = 2;
  const ChangeMark before = mark();
  EXPECT_EQ(synchronous_of(looker_), kFull);
  {
    const CoarseWrites coarse(looker_);
    EXPECT_EQ(synchronous_of(looker_), kNormal);
    ASSERT_THAT(Accounts(looker_).end_sessions(alice_.id, kNow, kSomebody), IsOk());
  }
  EXPECT_EQ(synchronous_of(looker_), kFull);
  EXPECT_NE(mark().header, before.header);
}

struct Change {
  const char* what;
  std::function<Outcome(Store&, const model::Account&)> make;
};

const std::vector<Change>& changes() {
  static const std::vector<Change> all = {
      {"end", [](Store& s, const auto&) { return s.sessions().end("s1", kNow, kSomebody); }},
      {"end_by_token", [](Store& s, const auto&) { return s.sessions().end_by_token(hash_of("s1"), kNow, kSomebody); }},
      {"end_sessions", [](Store& s, const auto& a) { return s.accounts().end_sessions(a.id, kNow, kSomebody); }},
      {"end_everything", [](Store& s, const auto& a) { return s.accounts().end_everything(a.id, kNow, kSomebody); }},
      {"disable", [](Store& s, const auto& a) { return s.accounts().disable(a.id, kNow, kSomebody); }},
      {"remove", [](Store& s, const auto& a) { return s.accounts().remove(a.id, kNow, kSomebody); }},
      {"revoke", [](Store& s, const auto&) { return s.credentials().revoke(CredentialId("c1"), kNow, kSomebody); }},
  };
  return all;
}

std::string state_of(Store& store) {
  const auto session = store.sessions().presented(hash_of("s1"));
  const auto credential = store.credentials().presented(CredentialId("c1"));
  std::string text = session ? "session " + std::to_string(session->owner.epoch) : "no session";
  if (session) text += session->owner.disabled ? " disabled" : "";
  text += credential ? ", credential " + std::to_string(credential->owner.epoch) : ", none";
  if (credential) text += credential->revoked ? " revoked" : "";
  return text;
}

TEST(Presented, IsWhatTheOtherProcessWroteLastL7) {
  for (const Change& change : changes()) {
    const TemporaryDirectory place;
    Store writer = create(place.file("latchkey.db"));
    const model::Account alice = person(writer, "alice");
    ASSERT_THAT(start(writer, session_of(alice, "s1")), IsOk());
    ASSERT_THAT(writer.credentials().issue(credential_of(alice, "c1"), kPlenty, kSomebody), IsOk());
    Store worker = reopen(place.file("latchkey.db"));
    const std::string before = state_of(worker);
    EXPECT_EQ(state_of(worker), before);  // known by now

    ASSERT_THAT(change.make(writer, alice), IsOk()) << change.what;
    EXPECT_NE(state_of(worker), before) << change.what;
    EXPECT_EQ(state_of(worker), state_of(writer)) << change.what;
  }
}

}  // namespace
}  // namespace latchkey::store
