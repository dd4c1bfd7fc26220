// The users file at the decision: what changes there counts at the next request.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "latchkey/crypto/password.h"
#include "world.h"

namespace latchkey::flow {
namespace {

struct Local : World {
  Local() {
    config.local.users_file = directory.path() + "/users";
    config.local.basic = true;
    users["alice"] = hash("secret");
    write();
    restart();
  }

  std::string hash(const std::string& password) {
    constexpr int kCheap = 4;
    return *crypto::hash_password(SecretString(std::string_view(password)), random, kCheap);
  }

  // Replaces the file as editors and htpasswd do.
  void write() {
    const std::string next = config.local.users_file + ".new";
    std::ofstream file(next);
    for (const auto& [user, hashed] : users) file << user << ":" << hashed << "\n";
    file.close();
    std::filesystem::permissions(next, std::filesystem::perms::owner_read |
                                           std::filesystem::perms::owner_write);
    std::filesystem::rename(next, config.local.users_file);
  }

  model::Account local(const std::string& name) {
    model::Profile profile;
    profile.user_name = name;
    const auto file = crypto::PasswordFile::load(config.local.users_file);
    return *store->accounts().sign_in_local(profile, *file->entry_digest(name), clock.now(), random);
  }

  std::string password(std::string_view user, std::string_view password) {
    return reason(by_basic(get("/x"), user, password));
  }

  TempDir directory;
  std::map<std::string, std::string> users;
};

TEST(LocalPassword, IsTakenWhereItIsSwitchedOn) {
  Local world;
  const model::Answer answer =
      world.ask(Dialect::kNginx, by_basic(get("/x"), "alice", "secret"));
  EXPECT_EQ(user_of(answer, Dialect::kNginx), "alice");
  EXPECT_EQ(field(answer, "X-Latchkey-Auth"), "password");
  EXPECT_EQ(field(answer, "X-Accel-Expires"), "0");
}

TEST(LocalPassword, IsRefusedWhenWrongEmptyOrNobodys) {
  Local world;
  EXPECT_EQ(world.password("alice", "wrong"), "bad_credential");
  EXPECT_EQ(world.password("alice", ""), "bad_credential");
  EXPECT_EQ(world.password("", "secret"), "bad_credential");
  EXPECT_EQ(world.password("bob", "secret"), "bad_credential");
  EXPECT_EQ(world.password("Alice", "secret"), "bad_credential");
}

TEST(LocalPassword, IsThrottledForEverySpellingA4A6N39) {
  Local world;
  for (int at = 0; at < 12; ++at) {
    world.password(at % 2 == 0 ? "alice" : "ALICE", "wrong");
  }
  EXPECT_EQ(world.password("alice", "secret"), "too_many_attempts");
  world.restart();
  EXPECT_EQ(world.password("alice", "secret"), "too_many_attempts");
  EXPECT_EQ(world.client_sees(Dialect::kNginx, by_basic(get("/x"), "alice", "secret")).status, 429);
  world.clock.advance(Seconds(3600));
  EXPECT_EQ(world.password("alice", "secret"), "allowed");
}

TEST(LocalPassword, IsCountedOnceWhereTheRefusalIsJudgedAnewA4) {
  Local twice;
  Local once;
  while (twice.password("alice", "wrong") != "too_many_attempts") {
    EXPECT_EQ(once.password("alice", "wrong"), "bad_credential");
    twice.error_document(by_basic(get("/x"), "alice", "wrong"));
  }
  EXPECT_EQ(once.password("alice", "wrong"), "too_many_attempts");
  EXPECT_EQ(once.error_document(by_basic(get("/x"), "alice", "secret")).status, 429);
}

TEST(LocalPassword, IsNeverTriedWhereARefusalIsPutIntoWordsA4) {
  Local world;
  world.gate.open = false;  // nobody asks to enter
  for (const char* const password : {"wrong", "secret"}) {
    const model::Answer answer = world.error_document(by_basic(get("/x"), "alice", password));
    EXPECT_EQ(answer.status, 401) << password;
    EXPECT_TRUE(field(answer, "WWW-Authenticate").starts_with("Basic ")) << password;
  }
  world.gate.open = true;
  EXPECT_EQ(world.password("alice", "secret"), "allowed");
}

TEST(LocalPassword, SaysHowLongTheThrottleHolds) {
  Local world;
  int tries = 0;
  while (world.password("alice", "wrong") != "too_many_attempts") ASSERT_LT(++tries, 100);
  const auto wait = world.store->attempts().retry_after("alice", "192.0.2.7", world.clock.now());
  ASSERT_TRUE(wait && *wait);
  ASSERT_NE((*wait)->count(), 60);
  const Request asked = by_basic(get("/x"), "alice", "wrong");
  for (const Dialect dialect : {Dialect::kNginx, Dialect::kApache, Dialect::kCaddy}) {
    EXPECT_EQ(field(world.client_sees(dialect, asked), "Retry-After"),
              std::to_string((*wait)->count()))
        << name_of(dialect);
  }
}

TEST(LocalPassword, WaitsBehindTheGate) {
  Local world;
  world.gate.open = false;
  EXPECT_EQ(world.password("alice", "secret"), "busy");
  const model::Answer answer =
      world.client_sees(Dialect::kNginx, by_basic(get("/x"), "alice", "secret"));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(field(answer, "Retry-After"), "5");
}

TEST(LocalPassword, OfANameThatIsAnotherPersonsIsRefused) {
  Local world;
  world.account("alice");  // of the company's provider
  EXPECT_EQ(world.password("alice", "secret"), "bad_credential");
}

TEST(LocalPassword, OfADisabledAccountIsRefusedN18) {
  Local world;
  const model::Account alice = world.local("alice");
  ASSERT_THAT(world.store->accounts().disable(alice.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.password("alice", "secret"), "account_disabled");
}

TEST(LocalPassword, IsSwitchedOffByDefault) {
  Local world;
  world.config.local.basic = false;
  world.restart();
  EXPECT_EQ(world.password("alice", "secret"), "bad_credential");
}

TEST(LocalUser, WhoVanishesLosesSessionsAndTokensAtTheNextRequestN18) {
  Local world;
  world.users["bob"] = world.hash("x");
  world.write();
  const model::Account bob = world.local("bob");
  const Request by_session = by_cookie(get("/x"), world.session(bob));
  const Request by_token = by_bearer(get("/x"), world.token(bob));
  ASSERT_EQ(world.reason(by_session), "allowed");
  ASSERT_EQ(world.reason(by_token), "allowed");
  world.users.erase("bob");
  world.write();
  EXPECT_NE(world.reason(by_session), "allowed");
  EXPECT_NE(world.reason(by_token), "allowed");
}

TEST(LocalUser, WhoseVanishingIsSeenByAnyEntranceFirst) {
  Local world;
  world.users["bob"] = world.hash("x");
  world.write();
  const Request by_token = by_bearer(get("/x"), world.token(world.local("bob")));
  world.users.erase("bob");
  world.write();
  EXPECT_NE(world.reason(by_token), "allowed");
}

TEST(LocalUser, WithANewPasswordLosesSessionsButNoTokens) {
  Local world;
  const model::Account alice = world.local("alice");
  const Request by_session = by_cookie(get("/x"), world.session(alice));
  const Request by_token = by_bearer(get("/x"), world.token(alice));
  ASSERT_EQ(world.reason(by_session), "allowed");
  world.users["alice"] = world.hash("other");
  world.write();
  EXPECT_EQ(world.reason(by_session), "expired_session");
  EXPECT_EQ(world.reason(by_token), "allowed");
  EXPECT_EQ(world.password("alice", "secret"), "bad_credential");
  EXPECT_EQ(world.password("alice", "other"), "allowed");
}

TEST(LocalUser, IsNotBelievedWhileTheFileCannotBeRead) {
  Local world;
  const Request mine = by_cookie(get("/x"), world.session(world.local("alice")));
  const Request theirs = by_cookie(get("/x"), world.session(world.account("carol")));
  std::filesystem::remove(world.config.local.users_file);
  EXPECT_EQ(world.reason(mine), "store_unavailable");
  EXPECT_EQ(world.password("alice", "secret"), "store_unavailable");
  EXPECT_EQ(world.reason(theirs), "allowed");
  world.write();
  EXPECT_EQ(world.reason(mine), "allowed");
}

TEST(LocalUser, IsNobodyWithoutAUsersFile) {
  Local world;
  const Request mine = by_cookie(get("/x"), world.session(world.local("alice")));
  world.config.local = {};
  world.restart();
  EXPECT_EQ(world.reason(mine), "account_disabled");
}

}  // namespace
}  // namespace latchkey::flow
