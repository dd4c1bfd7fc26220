// A user token at the decision: whose it is, what ends it, and where a plain password will not do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/password.h"
#include "latchkey/crypto/user_token.h"
#include "world.h"

namespace latchkey::flow {
namespace {

using ::testing::HasSubstr;

// alice of the provider with a pair, and bob of the users file with a password.
struct Pairs : World {
  Pairs() : sealer(*crypto::Sealer::load(shared_keys() + "/seal.key")) {
    config.user_token.enabled = true;
    config.local.users_file = directory.path() + "/users";
    config.local.basic = true;
    constexpr int kCheap = 4;
    std::ofstream(config.local.users_file)
        << "bob:" << *crypto::hash_password(SecretString(std::string_view("s3cret")), random, kCheap)
        << "\n";
    std::filesystem::permissions(config.local.users_file,
                                 std::filesystem::perms::owner_read |
                                     std::filesystem::perms::owner_write);
    restart();
    alice = account("alice");
    code = make(alice, "alice001");
  }

  std::string make(const model::Account& owner, const std::string& name_code) {
    store::UserToken token;
    token.account = owner.id;
    token.name_code = name_code;
    token.generation = crypto::make_generation(random);
    token.created = clock.now();
    const SecretString pass = crypto::pass_code(sealer, name_code, token.generation);
    token.pass_hash = crypto::sha256(pass.reveal());
    EXPECT_THAT(store->user_tokens().make(token, owner.credential_epoch, store::Renewal::kReplace,
                                          kSomebody),
                IsOk());
    return std::string(pass.reveal());
  }
  void set(const store::UserTokenSettings& settings) {
    const store::UserTokenChange all{.enabled = settings.enabled,
                                     .protect_content = settings.protect_content,
                                     .expiration_enabled = settings.expiration_enabled,
                                     .expiration_days = settings.expiration_days};
    ASSERT_THAT(store->user_tokens().set(all, clock.now(), kSomebody), IsOk());
  }
  std::string reason_of(std::string_view user, std::string_view password,
                        const std::string& target = "/repository/maven/x.jar") {
    return reason(by_basic(get(target), user, password));
  }

  TempDir directory;
  crypto::Sealer sealer;
  model::Account alice;
  std::string code;
};

TEST(UserToken, IsItsOwnerInEveryDialect) {
  Pairs world;
  for (const Dialect dialect : kDialects) {
    const model::Answer answer =
        world.ask(dialect, by_basic(get("/repository/x"), "alice001", world.code));
    EXPECT_EQ(user_of(answer, dialect), "alice") << name_of(dialect);
  }
  const model::Answer answer =
      world.ask(Dialect::kNginx, by_basic(get("/repository/x"), "alice001", world.code));
  EXPECT_EQ(field(answer, "X-Latchkey-Auth"), "user-token");
  EXPECT_EQ(field(answer, "X-Latchkey-Credential"), "alice001");
}

TEST(UserToken, IsTakenWithTheOwnersNameAndNoOther) {
  Pairs world;
  EXPECT_EQ(world.reason_of("alice", world.code), "allowed");
  for (const char* user : {"", "token", "Alice", "ALICE001", "bob", "alice002"}) {
    EXPECT_EQ(world.reason_of(user, world.code), "wrong_user_name") << user;
  }
}

TEST(UserToken, IsNoBearer) {
  Pairs world;
  EXPECT_EQ(world.reason(by_bearer(get("/repository/x"), world.code)), "bad_credential");
  EXPECT_EQ(world.reason(by_bearer(get("/repository/x"), "alice001:" + world.code)),
            "malformed_credential");
}

TEST(UserToken, ThatIsNoneIsAWrongPassword) {
  Pairs world;
  world.code[0] = world.code[0] == 'a' ? 'b' : 'a';
  EXPECT_EQ(world.reason_of("alice001", world.code), "bad_credential");
  world.config.local.basic = false;
  world.restart();
  EXPECT_EQ(world.reason_of("alice001", world.code), "bad_credential");
}

TEST(UserToken, OfAMachineUserEndsWithTheMachineWhateverItsOwnExpiry) {
  Pairs world;
  world.set({.expiration_enabled = true, .expiration_days = 30});
  model::Profile profile;
  profile.user_name = "ci-bot";
  const auto bot =
      world.store->machines().create(profile, world.alice.id, world.clock.now() + Seconds(3600),
                                     world.clock.now(), world.random, kSomebody);
  ASSERT_THAT(bot, IsOk());
  const std::string pass = world.make(*bot, "bot00001");

  world.clock.advance(Seconds(3599));
  EXPECT_EQ(world.reason_of("bot00001", pass), "allowed");
  world.clock.advance(Seconds(1));
  EXPECT_EQ(world.reason_of("bot00001", pass), "expired_credential");
  EXPECT_EQ(world.reason_of("ci-bot", pass), "expired_credential");
  EXPECT_EQ(world.reason_of("alice001", world.code), "allowed");
}

TEST(UserToken, IsRefusedAtOnceWhenItWasReset) {
  Pairs world;
  EXPECT_EQ(world.reason_of("alice001", world.code), "allowed");
  const std::string renewed = world.make(world.alice, "alice002");
  EXPECT_EQ(world.reason_of("alice001", world.code), "bad_credential");
  EXPECT_EQ(world.reason_of("alice002", renewed), "allowed");
  ASSERT_THAT(world.store->user_tokens().reset(world.alice.id, world.clock.now(), kSomebody),
              IsOk());
  EXPECT_EQ(world.reason_of("alice002", renewed), "bad_credential");
}

TEST(UserToken, ExpiresByTheSettingsOfTheMoment) {
  Pairs world;
  world.set({.expiration_enabled = true, .expiration_days = 2});
  world.clock.advance(std::chrono::days(2) - Seconds(1));
  EXPECT_EQ(world.reason_of("alice001", world.code), "allowed");
  world.clock.advance(Seconds(1));
  EXPECT_EQ(world.reason_of("alice001", world.code), "expired_credential");
  world.set({.expiration_enabled = true, .expiration_days = 3});
  EXPECT_EQ(world.reason_of("alice001", world.code), "allowed");
  world.set({.expiration_enabled = true, .expiration_days = 1});
  EXPECT_EQ(world.reason_of("alice001", world.code), "expired_credential");
  world.set({});
  EXPECT_EQ(world.reason_of("alice001", world.code), "allowed");
}

TEST(UserToken, IsNoneWhereTheyAreOff) {
  Pairs world;
  world.set({.enabled = false});
  EXPECT_EQ(world.reason_of("alice001", world.code), "bad_credential");
  world.set({});
  EXPECT_EQ(world.reason_of("alice001", world.code), "allowed");
  world.config.user_token.enabled = false;
  world.restart();
  EXPECT_EQ(world.reason_of("alice001", world.code), "bad_credential");
}

TEST(UserToken, EndsWithItsOwner) {
  Pairs world;
  ASSERT_THAT(world.store->accounts().disable(world.alice.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason_of("alice001", world.code), "bad_credential");
  ASSERT_THAT(world.store->accounts().enable(world.alice.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason_of("alice001", world.code), "bad_credential");

  const model::Account bob = world.account("carol");
  const std::string code = world.make(bob, "carol001");
  ASSERT_THAT(world.store->accounts().remove(bob.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason_of("carol001", code), "bad_credential");
}

TEST(UserToken, EndsWithEverythingAndOutlivesTheSessions) {
  Pairs world;
  ASSERT_THAT(world.store->accounts().end_sessions(world.alice.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason_of("alice001", world.code), "allowed");
  ASSERT_THAT(world.store->accounts().end_everything(world.alice.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason_of("alice001", world.code), "bad_credential");
}

TEST(UserToken, OfAUserWhoLeftTheFileIsDead) {
  Pairs world;
  EXPECT_EQ(world.reason_of("bob", "s3cret", "/x"), "allowed");
  const auto bob = world.store->accounts().find_by_name("bob");
  ASSERT_THAT(bob, IsOk());
  const std::string code = world.make(*bob, "bob00001");
  EXPECT_EQ(world.reason_of("bob00001", code), "allowed");
  const std::string next = world.config.local.users_file + ".new";
  std::ofstream(next) << "eve:x\n";
  std::filesystem::permissions(next, std::filesystem::perms::owner_read |
                                         std::filesystem::perms::owner_write);
  std::filesystem::rename(next, world.config.local.users_file);

  EXPECT_NE(world.reason_of("bob00001", code), "allowed");
}

TEST(UserToken, TellsWhenItWasUsed) {
  Pairs world;
  world.reason_of("alice001", world.code);
  const auto token = world.store->user_tokens().find(world.alice.id);
  ASSERT_THAT(token, IsOk());
  EXPECT_EQ(token->last_used, world.clock.now());
  EXPECT_EQ(token->last_used_from, "192.0.2.7");
}

TEST(UserToken, IsNotInTheLogN31) {
  Pairs world;
  world.reason_of("alice001", world.code);
  world.reason_of("eve", world.code);
  EXPECT_EQ(world.logged.find(world.code), std::string::npos);
}

TEST(UserToken, CannotBeJudgedWithoutTheStore) {
  Pairs world;
  world.lose_the_store();
  EXPECT_EQ(world.reason_of("alice001", world.code), "store_unavailable");
}

TEST(ProtectedContent, RefusesAPlainPasswordWithTheTextThatClientsKnow) {
  Pairs world;
  EXPECT_EQ(world.reason_of("bob", "s3cret"), "allowed");
  world.set({.protect_content = true});

  const model::Answer answer =
      world.client_sees(Dialect::kNginx, by_basic(get("/repository/maven/x"), "bob", "s3cret"));
  EXPECT_EQ(answer.status, 401);
  EXPECT_THAT(answer.body, HasSubstr("Content access is protected by token"));
  EXPECT_THAT(field(answer, "WWW-Authenticate"), HasSubstr("Basic"));
  EXPECT_EQ(world.reason_of("bob", "s3cret", "/v2/image/manifests/1"), "token_required");
  EXPECT_EQ(world.reason_of("bob", "s3cret", "/nexus/content/groups/x"), "token_required");
  EXPECT_EQ(world.reason_of("bob", "s3cret", "/nexus/repository/m/x"), "token_required");
}

TEST(ProtectedContent, LeavesTheRestAndEveryOtherProof) {
  Pairs world;
  world.set({.protect_content = true});
  for (const char* target : {"/", "/v2/", "/service/rest/v1/status", "/repositoryx/y"}) {
    EXPECT_EQ(world.reason_of("bob", "s3cret", target), "allowed") << target;
  }
  EXPECT_EQ(world.reason_of("alice001", world.code), "allowed");
  EXPECT_EQ(world.reason_of("alice", world.token(world.alice)), "allowed");
  EXPECT_EQ(world.reason(by_cookie(get("/repository/x"), world.session(world.alice))), "allowed");
}

TEST(ProtectedContent, IsInNoOtherSpellingLeftOpenL3) {
  Pairs world;
  world.set({.protect_content = true});
  for (const char* target : {"/repository/%6daven/x", "//repository/maven/x", "/x/../repository/y",
                             "/repository/./maven", "/%72epository/maven/x"}) {
    EXPECT_NE(world.reason_of("bob", "s3cret", target), "allowed") << target;
  }
}

TEST(ProtectedContent, FollowsTheFileAndTheSwitch) {
  Pairs world;
  world.config.user_token.protect_content = true;
  world.restart();
  EXPECT_EQ(world.reason_of("bob", "s3cret"), "token_required");
  world.set({.enabled = false});
  EXPECT_EQ(world.reason_of("bob", "s3cret"), "allowed");
}

}  // namespace
}  // namespace latchkey::flow
