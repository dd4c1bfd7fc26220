// Several processes on one database, as the workers of the pools are.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "latchkey/base/unique_fd.h"
#include "unit/store/fixture.h"

namespace latchkey::store {
namespace {

constexpr auto kWal = config::Journal::kWal;

// Runs `work` in a child, which never returns into the test, and gives its process id.
template <typename Work>
pid_t in_child(Work work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  return child;
}

int exit_status_of(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }
  void signal() const { EXPECT_EQ(write(write_end.get(), "x", 1), 1); }
  bool wait() const {
    char byte = 0;
    return read(read_end.get(), &byte, 1) == 1;
  }
  UniqueFd read_end;
  UniqueFd write_end;
};

constexpr int kStates = 40;
constexpr int kWriters = 3;

// Tries to make a session of each state; returns how many it won.
int win_states(const std::string& path, const model::Account& account, int writer) {
  auto store = Store::open(path, kWal, Access::kReadWrite);
  if (!store) return 255;
  int won = 0;
  for (int i = 0; i < kStates; ++i) {
    const std::string id = std::to_string(writer) + "-" + std::to_string(i);
    Outcome made;
    do {  // the others write as fast as they can: a lock may take longer than a verb waits
      made = store->sessions().create(session_of(account, id), hash_of(id),
                                      "state" + std::to_string(i), kNow + Seconds(600));
    } while (!made && made.error().code == ErrorCode::kUnavailable);
    if (made) ++won;
    if (!made && made.error().code != ErrorCode::kConflict) return 254;
  }
  return won;
}

TEST(Processes, OneStateMakesOneSessionWhoeverIsQuickerO1) {
  const TemporaryDirectory place;
  const std::string path = place.file("latchkey.db");
  model::Account alice;
  {
    Store store = create(path);
    alice = person(store, "alice");
  }
  std::vector<pid_t> children;
  for (int writer = 0; writer < kWriters; ++writer) {
    children.push_back(in_child([&] { return win_states(path, alice, writer); }));
  }
  int won = 0;
  for (const pid_t child : children) won += exit_status_of(child);
  EXPECT_EQ(won, kStates);
  Store store = reopen(path);
  EXPECT_EQ(store.sessions().list(alice.id)->size(), std::size_t{kStates});
}

TEST(Processes, SeeARevocationAtTheirNextQuestionL7) {
  const TemporaryDirectory place;
  const std::string path = place.file("latchkey.db");
  const Pipe ready;
  const Pipe revoked;
  {
    Store store = create(path);
    ASSERT_THAT(
        store.credentials().issue(credential_of(person(store, "alice"), "c1"), kPlenty, kSomebody),
        IsOk());
  }
  const pid_t child = in_child([&] {
    auto store = Store::open(path, kWal, Access::kReadWrite);
    if (!store) return 10;
    auto before = store->credentials().find(CredentialId("c1"));
    if (!before || before->credential.revoked) return 11;
    ready.signal();
    if (!revoked.wait()) return 12;
    auto after = store->credentials().find(CredentialId("c1"));
    return after && after->credential.revoked ? 0 : 13;
  });
  ASSERT_TRUE(ready.wait());
  Store store = reopen(path);
  ASSERT_THAT(store.credentials().revoke(CredentialId("c1"), kNow, kSomebody), IsOk());
  revoked.signal();
  EXPECT_EQ(exit_status_of(child), 0);
}

TEST(Processes, SeeTheEndOfASessionAndARaisedEpochAtOnce) {
  const TemporaryDirectory place;
  Store one = create(place.file("latchkey.db"));
  Store other = reopen(place.file("latchkey.db"));
  const model::Account alice = person(one, "alice");
  ASSERT_THAT(start(one, session_of(alice, "s1")), IsOk());
  ASSERT_THAT(other.sessions().find(hash_of("s1")), IsOk());
  ASSERT_THAT(one.accounts().end_everything(alice.id, kNow, kSomebody), IsOk());
  EXPECT_EQ(other.sessions().find(hash_of("s1"))->account.session_epoch, alice.session_epoch + 1);
  ASSERT_THAT(one.sessions().end("s1", kNow, kSomebody), IsOk());
  EXPECT_THAT(other.sessions().find(hash_of("s1")), FailsWith(ErrorCode::kNotFound));
}

TEST(Processes, LoseNoFailureOfAGuessedPasswordN39) {
  const TemporaryDirectory place;
  const std::string path = place.file("latchkey.db");
  { create(path); }
  std::vector<pid_t> children;
  for (int writer = 0; writer < kWriters; ++writer) {
    children.push_back(in_child([&] {
      auto store = Store::open(path, kWal, Access::kReadWrite);
      if (!store) return 1;
      for (int i = 0; i < 3; ++i) {
        while (!store->attempts().record_failure("alice", "192.0.2.1", kNow)) {
        }
      }
      return 0;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(exit_status_of(child), 0);
  Store store = reopen(path);
  EXPECT_EQ(*store.attempts().retry_after("alice", "198.51.100.1", kNow), Seconds(16));
}

TEST(Processes, OneOfThemTakesATask) {
  const TemporaryDirectory place;
  Store one = create(place.file("latchkey.db"));
  Store other = reopen(place.file("latchkey.db"));
  EXPECT_EQ(one.tasks().take("purge", "one", kNow, Seconds(60)), Lease::kTaken);
  EXPECT_EQ(other.tasks().take("purge", "other", kNow, Seconds(60)), Lease::kNotNow);
}

TEST(Processes, MigrateAtTheSameTimeWithoutHarm) {
  const TemporaryDirectory place;
  const std::string path = place.file("latchkey.db");
  std::vector<pid_t> children;
  for (int i = 0; i < kWriters; ++i) {
    children.push_back(in_child([&] {
      for (int tries = 0; tries < 20; ++tries) {
        if (Store::open(path, kWal, Access::kCreate)) return 0;
      }
      return 1;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(exit_status_of(child), 0);
  EXPECT_THAT(reopen(path).admin().integrity_check(), IsOk());
}

}  // namespace
}  // namespace latchkey::store
