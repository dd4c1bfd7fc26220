// What a session must be, and at which moment it stops being good.
#include <gtest/gtest.h>

#include "latchkey/crypto/digest.h"
#include "world.h"

namespace latchkey::flow {
namespace {

struct Alice : World {
  Alice() : alice(account("alice")), cookie(session(alice)), request(by_cookie(get("/x"), cookie)) {}
  model::Account alice;
  std::string cookie;
  Request request;
};

TEST(Session, IsGoodInEveryPathClass) {
  Alice world;
  for (const char* target : {"/x", "/repository/maven/a.jar", "/v2/x/manifests/latest"}) {
    EXPECT_EQ(world.reason(by_cookie(get(target), world.cookie)), "allowed") << target;
  }
}

TEST(Session, EndsByIdleTimeAndNotBefore) {
  Alice world;
  world.clock.advance(world.config.session.idle - Seconds(1));
  EXPECT_EQ(world.reason(world.request), "allowed");
  Alice other;
  other.clock.advance(other.config.session.idle);
  EXPECT_EQ(other.reason(other.request), "expired_session");
}

TEST(Session, LivesOnByUseAndEndsInAnyCaseAtItsAbsoluteEnd) {
  Alice world;
  const TimePoint end = world.clock.now() + world.config.session.absolute;
  const Seconds step = world.config.session.idle - Seconds(60);
  while (world.clock.now() + step < end) {
    world.clock.advance(step);
    ASSERT_EQ(world.reason(world.request), "allowed");
  }
  world.clock.set(end - Seconds(1));
  EXPECT_EQ(world.reason(world.request), "allowed");
  world.clock.set(end);
  EXPECT_EQ(world.reason(world.request), "expired_session");
}

TEST(Session, IsMarkedAsUsedAtMostOnceAMinute) {
  Alice world;
  const auto last_seen = [&] {
    return world.store->sessions().find(crypto::sha256(world.cookie))->session.last_seen;
  };
  const TimePoint start = world.clock.now();
  world.clock.advance(Seconds(59));
  ASSERT_EQ(world.reason(world.request), "allowed");
  EXPECT_EQ(last_seen(), start);
  world.clock.advance(Seconds(1));
  ASSERT_EQ(world.reason(world.request), "allowed");
  EXPECT_EQ(last_seen(), world.clock.now());
}

TEST(Session, InUseLivesOnHoweverShortItsIdleTime) {
  Alice world;
  world.config.session.idle = Seconds(60);
  world.restart();
  const std::string cookie = world.session(world.alice);
  for (int second = 0; second < 300; second += 5) {
    world.clock.advance(Seconds(5));
    ASSERT_EQ(world.reason(by_cookie(get("/x"), cookie)), "allowed") << second;
  }
  world.clock.advance(Seconds(45));  // away for less than the idle time, whatever was noted last
  EXPECT_EQ(world.reason(by_cookie(get("/x"), cookie)), "allowed");
  world.clock.advance(Seconds(60));
  EXPECT_EQ(world.reason(by_cookie(get("/x"), cookie)), "expired_session");
}

TEST(Session, EndedIsDeadAtTheNextRequestL7O14) {
  Alice world;
  ASSERT_EQ(world.reason(world.request), "allowed");
  ASSERT_THAT(world.store->sessions().end_by_token(crypto::sha256(world.cookie), world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason(world.request), "unknown_session");
}

TEST(Session, OfAnOlderEpochIsDead) {
  Alice world;
  ASSERT_THAT(world.store->accounts().end_sessions(world.alice.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason(world.request), "expired_session");
}

TEST(Session, OfADisabledAccountGetsAPageAndNoLoopN18C9) {
  Alice world;
  ASSERT_THAT(world.store->accounts().disable(world.alice.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason(world.request), "account_disabled");
  const model::Answer page =
      world.client_sees(Dialect::kCaddy, by_cookie(navigation("/x"), world.cookie));
  EXPECT_EQ(page.status, 403);
  EXPECT_EQ(field(page, "Location"), "(absent)");
}

TEST(Session, IsFoundByItsWholeValueOnlyN27) {
  Alice world;
  for (const std::string& value :
       {world.cookie.substr(0, 42), world.cookie + "A", std::string(43, 'A'), std::string(),
        std::string(4000, 'A')}) {
    const std::string reason = world.reason(by_cookie(get("/x"), value));
    EXPECT_EQ(reason, value.empty() ? "no_credential" : "unknown_session");
  }
}

TEST(Session, UnderTheOtherCookieNameIsNotRead) {
  Alice world;
  EXPECT_EQ(world.reason(get("/x").with("HTTP_COOKIE", "latchkey=" + world.cookie)),
            "no_credential");
}

TEST(Session, IsAskedForStrangeTextsSafelyM8M38) {
  World world;
  for (const char* value : {"'or'1'='1", "%s%n%x", "a\"b", "../../x", "1_of_99999999"}) {
    EXPECT_EQ(world.reason(by_cookie(get("/x"), value)), "unknown_session") << value;
  }
}

TEST(DeadSession, DoesNotKeepAnybodyOutOfWhatIsOpenToAll) {
  World world;
  config::Rule open;
  open.who = config::Who::kAnyone;
  open.paths = {"/public"};
  world.config.rules.insert(world.config.rules.begin(), open);
  world.restart();
  const model::Answer answer =
      world.ask(Dialect::kNginx, by_cookie(get("/public/a.css"), std::string(43, 'x')));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(field(answer, "X-Forwarded-User"), "");
  EXPECT_EQ(world.reason(by_cookie(get("/private"), std::string(43, 'x'))), "unknown_session");
}

TEST(BadToken, IsRefusedEvenWhereAllAreLetIn) {
  World world;
  world.config.rules[0].who = config::Who::kAnyone;
  world.restart();
  EXPECT_EQ(world.reason(get("/x")), "allowed");
  EXPECT_EQ(world.reason(by_bearer(get("/x"), "bad")), "bad_credential");
}

TEST(CrossSite, IsHeldForWritesAndUpgradesC5) {
  Alice world;
  const auto write = [&](std::string name, std::string value) {
    return world.reason(
        by_cookie(method("POST", "/x").with(std::move(name), std::move(value)), world.cookie));
  };
  EXPECT_EQ(write("HTTP_SEC_FETCH_SITE", "same-origin"), "allowed");
  EXPECT_EQ(write("HTTP_ORIGIN", "https://nexus.example"), "allowed");
  EXPECT_EQ(write("X", "neither"), "allowed");
  EXPECT_EQ(write("HTTP_SEC_FETCH_SITE", "cross-site"), "cross_site");
  EXPECT_EQ(write("HTTP_SEC_FETCH_SITE", "same-site"), "cross_site");
  EXPECT_EQ(write("HTTP_ORIGIN", "https://evil.example"), "cross_site");
  EXPECT_EQ(write("HTTP_ORIGIN", "null"), "cross_site");
  EXPECT_EQ(world.reason(by_cookie(get("/x").with("HTTP_UPGRADE", "websocket"), world.cookie)),
            "cross_site");
}

TEST(Sessions, OfTwoPeopleNeverMixL4N10) {
  Alice world;
  const std::string bobs = world.session(world.account("bob"));
  for (int round = 0; round < 3; ++round) {
    const auto user = [&](const std::string& cookie) {
      return user_of(world.ask(Dialect::kApache, by_cookie(get("/x"), cookie)), Dialect::kApache);
    };
    EXPECT_EQ(user(world.cookie), "alice");
    EXPECT_EQ(user(bobs), "bob");
    EXPECT_EQ(user(std::string(43, 'x')), "(refused)");
  }
}

}  // namespace
}  // namespace latchkey::flow
