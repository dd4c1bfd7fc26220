// The short form of a credential: held to all that the signed one is held to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "credential_kinds.h"
#include "world.h"

namespace latchkey::flow {
namespace {

struct ShortWorld : World {
  ShortWorld() : alice(account("alice")), token(short_token(*this, alice, {})) {}
  std::string bearer() { return reason(by_bearer(get("/x"), token)); }

  model::Account alice;
  std::string token;
};

TEST(ShortToken, IsTakenAsBasicAndBearer) {
  ShortWorld world;
  EXPECT_EQ(world.bearer(), "allowed");
  for (const char* user : {"alice", "token", ""}) {
    EXPECT_EQ(world.reason(by_basic(get("/x"), user, world.token)), "allowed") << user;
  }
  for (const char* user : {"bob", "Alice", "anything"}) {
    EXPECT_EQ(world.reason(by_basic(get("/x"), user, world.token)), "wrong_user_name") << user;
  }
}

TEST(ShortToken, EachPrefixExtensionAndOtherCaseIsRefusedN27) {
  ShortWorld world;
  EXPECT_EQ(world.reason(by_bearer(get("/x"), world.token + "0")), "bad_credential");
  for (std::size_t size = 1; size < world.token.size(); ++size) {
    EXPECT_EQ(world.reason(by_bearer(get("/x"), world.token.substr(0, size))), "bad_credential");
  }
  std::string other = world.token;
  other[0] = 'L';
  EXPECT_EQ(world.reason(by_bearer(get("/x"), other)), "bad_credential");
}

TEST(ShortToken, OfTheRightFormThatNobodyIssuedIsRefused) {
  ShortWorld world;
  const SecretString strange = crypto::make_short_token(world.random);
  EXPECT_EQ(world.reason(by_bearer(get("/x"), strange.reveal())), "bad_credential");
  EXPECT_EQ(world.reason(by_basic(get("/x"), "alice", strange.reveal())), "bad_credential");
}

TEST(ShortToken, EndsAsTheSignedOneDoes) {
  {
    ShortWorld world;
    EXPECT_THAT(world.store->credentials().revoke_all(world.alice.id, world.clock.now(), kSomebody), IsOk());
    EXPECT_EQ(world.bearer(), "revoked_credential");
  }
  {
    ShortWorld world;
    EXPECT_THAT(world.store->accounts().disable(world.alice.id, world.clock.now(), kSomebody), IsOk());
    EXPECT_EQ(world.bearer(), "account_disabled");
    EXPECT_THAT(world.store->accounts().enable(world.alice.id, world.clock.now(), kSomebody), IsOk());
    EXPECT_EQ(world.bearer(), "revoked_credential");
  }
  {
    ShortWorld world;
    world.clock.advance(std::chrono::days(30));
    EXPECT_EQ(world.bearer(), "expired_credential");
  }
  {
    ShortWorld world;
    world.lose_the_store();
    EXPECT_EQ(world.bearer(), "store_unavailable");
  }
}

TEST(ShortToken, IsNoSessionAndASessionIsNoneL23) {
  ShortWorld world;
  EXPECT_EQ(world.reason(by_cookie(get("/x"), world.token)), "unknown_session");
  EXPECT_EQ(world.reason(by_bearer(get("/x"), world.session(world.alice))), "bad_credential");
}

TEST(ShortToken, ReplacedIsGoodForTheOverlapOnly) {
  ShortWorld world;
  const auto old = world.store->credentials().presented_short(crypto::sha256(world.token));
  ASSERT_THAT(old, IsOk());
  model::IssuedCredential next;
  next.id = CredentialId(make_uuid_v7(world.clock.now(), world.random));
  next.account = world.alice.id;
  next.epoch = world.alice.credential_epoch;
  next.created = world.clock.now();
  next.expires = world.clock.now() + std::chrono::days(30);
  ASSERT_THAT(world.store->credentials().replace(old->id, world.clock.now() + Seconds(60), next, 9, kSomebody),
              IsOk());
  EXPECT_EQ(world.bearer(), "allowed");
  world.clock.advance(Seconds(60));
  EXPECT_EQ(world.bearer(), "expired_credential");
}

TEST(Machine, EndsWithItsOwnerAtTheNextRequestAndGoesOnWithAnother) {
  World world;
  const model::Account alice = world.account("alice");
  const model::Account bob = world.account("bob");
  model::Profile profile;
  profile.user_name = "ci-bot";
  const auto bot = world.store->machines().create(profile, alice.id, std::nullopt,
                                                  world.clock.now(), world.random, kSomebody);
  ASSERT_THAT(bot, IsOk());
  const Request shown = by_bearer(get("/x"), short_token(world, *bot, {}));
  EXPECT_EQ(user_of(world.ask(Dialect::kNginx, shown), Dialect::kNginx), "ci-bot");
  ASSERT_THAT(world.store->accounts().disable(alice.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason(shown), "account_disabled");
  ASSERT_THAT(world.store->machines().assign(bot->id, bob.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason(shown), "allowed");
}

}  // namespace
}  // namespace latchkey::flow
