// What a token must be, and at which moment it stops being good.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "latchkey/crypto/key_directory.h"
#include "latchkey/wire/base64.h"
#include "world.h"

namespace latchkey::flow {
namespace {

// A world with alice and one good token of hers.
struct Alice : World {
  Alice() : alice(account("alice")), id(record(alice)), good(claims(alice, id)) {}

  std::string reason_of(const Claims& changed) { return reason(by_bearer(get("/x"), sign(changed))); }
  std::string reason_with(const std::string& name, const std::string& value) {
    Claims changed = good;
    changed[name] = value;
    return reason_of(changed);
  }
  std::string now_and(std::int64_t seconds) const {
    return std::to_string(to_unix(clock.now()) + seconds);
  }

  model::Account alice;
  CredentialId id;
  Claims good;
};

TEST(Token, IsGoodAsIssued) {
  Alice world;
  EXPECT_EQ(world.reason_of(world.good), "allowed");
}

// The claims that say whose and for whom a token is are judged first.
std::string_view reason_without(std::string_view claim) {
  return claim == "iss" || claim == "aud" ? "wrong_audience" : "bad_credential";
}

TEST(Token, NeedsEveryClaimM19) {
  Alice world;
  for (const char* name : {"iss", "sub", "uid", "aud", "iat", "exp", "jti", "token_use"}) {
    World::Claims less = world.good;
    less.erase(name);
    EXPECT_EQ(world.reason_of(less), reason_without(name)) << name;
  }
}

TEST(Token, NeedsEveryClaimOfItsTypeJ13) {
  Alice world;
  for (const auto& [name, value] : world.good) {
    for (const char* wrong : {"null", "{}", "[]", "true", "-1", "\"\""}) {
      EXPECT_EQ(world.reason_with(name, wrong), reason_without(name)) << name << wrong;
    }
  }
}

TEST(Token, IsForOneOfOurHostsExactlyN14V5) {
  Alice world;
  EXPECT_EQ(world.reason_with("aud", R"("nexus.example")"), "allowed");
  EXPECT_EQ(world.reason_with("aud", R"(["a","docker.example"])"), "allowed");
  for (const char* audience :
       {R"("example")", R"("notnexus.example")", R"("nexus.example.evil")", R"(["other"])",
        R"("NEXUS.example")", R"("https://nexus.example")", R"("")"}) {
    EXPECT_EQ(world.reason_with("aud", audience), "wrong_audience") << audience;
  }
  EXPECT_EQ(world.reason_with("iss", R"("https://other.example")"), "wrong_audience");
}

TEST(Token, IsHeldToItsTimes) {
  Alice world;
  EXPECT_EQ(world.reason_with("exp", world.now_and(1)), "allowed");
  EXPECT_EQ(world.reason_with("exp", world.now_and(0)), "expired_credential");
  EXPECT_EQ(world.reason_with("iat", world.now_and(60)), "allowed");
  EXPECT_EQ(world.reason_with("iat", world.now_and(61)), "bad_credential");
  EXPECT_EQ(world.reason_with("nbf", world.now_and(61)), "bad_credential");
}

TEST(Token, TakesNoStrangeNumberForATimeM28) {
  Alice world;
  for (const char* number : {"1e300", "-5", "\"1900000000\"", "99999999999999", "true"}) {
    EXPECT_EQ(world.reason_with("exp", number), "bad_credential") << number;
  }
}

TEST(Token, IsOfThisKindOnlyN16L23) {
  Alice world;
  for (const char* use : {R"("access")", R"("docker")", R"("session")", R"("state")"}) {
    EXPECT_EQ(world.reason_with("token_use", use), "bad_credential") << use;
  }
}

TEST(Token, NeedsARecord) {
  Alice world;
  EXPECT_EQ(world.reason_with("jti", R"("01890a5d-ac96-774b-bcce-b302099a8057")"),
            "revoked_credential");
}

TEST(Token, BelongsToTheOwnerOfItsRecord) {
  Alice world;
  const model::Account bob = world.account("bob");
  EXPECT_EQ(world.reason_with("sub", "\"" + bob.id.text() + "\""), "bad_credential");
  EXPECT_EQ(world.reason_with("uid", R"("bob")"), "bad_credential");
}

TEST(Token, IsRefusedWhenAnyByteOfItsSignatureChangesJ14) {
  Alice world;
  const std::string good = world.sign(world.good);
  ASSERT_EQ(world.reason(by_bearer(get("/x"), good)), "allowed");
  for (std::size_t at = good.size() - 4; at < good.size(); ++at) {
    for (const char c : std::string_view("AQgwBx-_=.")) {
      std::string changed = good;
      if (changed[at] == c) continue;
      changed[at] = c;
      // RFC 7235 lets a token end in `=` only.
      const bool no_token = c == '=' && at + 1 < good.size();
      EXPECT_EQ(world.reason(by_bearer(get("/x"), changed)),
                no_token ? "malformed_credential" : "bad_credential")
          << at << c;
    }
  }
  EXPECT_EQ(world.reason(by_bearer(get("/x"), good + "A")), "bad_credential");
  EXPECT_EQ(world.reason(by_bearer(get("/x"), good.substr(0, good.size() - 1))), "bad_credential");
}

TEST(Token, GarbageIsABadCredential) {
  World world;
  for (const std::string& text :
       {std::string("x"), std::string(".."), std::string("a.b.c"), std::string("eyJ.eyJ.x"),
        std::string(9000, '.'), std::string(9000, 'a')}) {
    EXPECT_EQ(world.reason(by_bearer(get("/x"), text)), "bad_credential");
    EXPECT_EQ(world.reason(by_basic(get("/x"), "alice", text)), "bad_credential");
  }
}

// Basic.

TEST(Basic, TakesTheOwnersNameTokenOrNothing) {
  Alice world;
  const std::string token = world.sign(world.good);
  for (const char* user : {"alice", "token", ""}) {
    EXPECT_EQ(world.reason(by_basic(get("/x"), user, token)), "allowed") << user;
  }
  for (const char* user : {"bob", "Alice", "ALICE", "alice ", "Token", "anything"}) {
    EXPECT_EQ(world.reason(by_basic(get("/x"), user, token)), "wrong_user_name") << user;
  }
}

TEST(Basic, TakesATokenWithoutAColon) {
  Alice world;
  const std::string token = wire::base64_encode(world.sign(world.good));
  EXPECT_EQ(world.reason(get("/x").with("HTTP_AUTHORIZATION", "Basic " + token)), "allowed");
}

TEST(Basic, BeatsTheSessionOfAnotherPerson) {
  Alice world;
  const std::string bobs = world.session(world.account("bob"));
  const Request both = by_basic(by_cookie(get("/x"), bobs), "alice", world.sign(world.good));
  EXPECT_EQ(user_of(world.ask(Dialect::kNginx, both), Dialect::kNginx), "alice");
  EXPECT_EQ(user_of(world.ask(Dialect::kNginx, by_cookie(get("/x"), bobs)), Dialect::kNginx), "bob");
}

TEST(Basic, IsRefusedWhenBadThoughTheSessionIsGood) {
  Alice world;
  const std::string cookie = world.session(world.alice);
  EXPECT_EQ(world.reason(by_basic(by_cookie(get("/x"), cookie), "alice", "wrong")),
            "bad_credential");
}

TEST(Basic, IsRefusedWhenSentTwice) {
  Alice world;
  const std::string token = world.sign(world.good);
  const std::string field = "HTTP_AUTHORIZATION=Bearer " + token;
  const char* const texts[] = {"LATCHKEY_MODE=check",      "REQUEST_METHOD=GET",
                               "REQUEST_URI=/",            "HTTP_HOST=nexus.example",
                               field.c_str(),              field.c_str(),
                               nullptr};
  const model::Answer answer =
      world.authorizer->answer(fcgi::Params::from_fastcgi(texts), fcgi::Role::kResponder,
                               model::Transport::kUnixSocket);
  EXPECT_EQ(latchkey::field(answer, "X-Latchkey-Reason"), "malformed_credential");
}

TEST(Basic, WithAPasswordIsRefusedWhereLocalPasswordsAreOff) {
  World world;
  EXPECT_EQ(world.reason(by_basic(get("/x"), "alice", "secret")), "bad_credential");
  EXPECT_EQ(world.reason(by_basic(get("/x"), "alice", "")), "bad_credential");
}

// The end of a token, at the very next request.

TEST(Revocation, CountsAtTheNextRequestL5L7) {
  Alice world;
  const Request request = by_bearer(get("/x"), world.sign(world.good));
  ASSERT_EQ(world.reason(request), "allowed");
  ASSERT_THAT(world.store->credentials().revoke(world.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason(request), "revoked_credential");
}

TEST(Revocation, CountsForEveryRoadN17) {
  Alice world;
  const std::string token = world.sign(world.good);
  ASSERT_EQ(world.reason(by_bearer(get("/x"), token)), "allowed");
  ASSERT_THAT(world.store->credentials().revoke(world.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason(by_basic(get("/v2/"), "alice", token)), "revoked_credential");
  EXPECT_EQ(world.reason(by_bearer(get("/v2/"), token)), "revoked_credential");
}

TEST(Expiry, IsJudgedAgainForAKnownTokenM33) {
  Alice world;
  World::Claims brief = world.good;
  brief["exp"] = world.now_and(30);
  const Request request = by_bearer(get("/x"), world.sign(brief));
  ASSERT_EQ(world.reason(request), "allowed");
  world.clock.advance(Seconds(30));
  EXPECT_EQ(world.reason(request), "expired_credential");
}

TEST(Expiry, IsThatOfTheRecordAsWell) {
  Alice world;
  world.config.credential.lifetime = std::chrono::days(1);
  const CredentialId id = world.record(world.alice);
  const Request request = by_bearer(get("/x"), world.sign(world.claims(world.alice, id)));
  ASSERT_EQ(world.reason(request), "allowed");
  world.clock.advance(std::chrono::days(1));
  EXPECT_EQ(world.reason(request), "expired_credential");
}

TEST(Account, LosesItsTokensWhenDisabledAndEnablingRevivesNothingN18) {
  Alice world;
  const Request request = by_bearer(get("/x"), world.sign(world.good));
  ASSERT_EQ(world.reason(request), "allowed");
  ASSERT_THAT(world.store->accounts().disable(world.alice.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason(request), "account_disabled");
  ASSERT_THAT(world.store->accounts().enable(world.alice.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason(request), "revoked_credential");
}

TEST(Account, WhenRecreatedUnderItsNameOwnsNothingOldN18) {
  Alice world;
  const Request request = by_bearer(get("/x"), world.sign(world.good));
  ASSERT_EQ(world.reason(request), "allowed");
  ASSERT_THAT(world.store->accounts().remove(world.alice.id, world.clock.now(), kSomebody), IsOk());
  const model::Account again = world.account("alice");
  EXPECT_NE(again.id, world.alice.id);
  EXPECT_EQ(world.reason(request), "revoked_credential");
}

TEST(Account, EndsEverythingButNotWithItsSessions) {
  Alice world;
  const Request request = by_bearer(get("/x"), world.sign(world.good));
  ASSERT_THAT(world.store->accounts().end_sessions(world.alice.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason(request), "allowed");
  ASSERT_THAT(world.store->accounts().end_everything(world.alice.id, world.clock.now(), kSomebody), IsOk());
  EXPECT_EQ(world.reason(request), "revoked_credential");
}

// Keys.

TEST(KeyRotation, KeepsOldTokensUntilTheirKeyIsRetired) {
  Alice world;
  const TempDir directory;
  world.config.credential.key_directory = directory.path() + "/keys";
  ASSERT_THAT(crypto::KeyDirectory::create(world.config.credential.key_directory, world.random),
              IsOk());
  world.restart();
  crypto::KeyDirectory keys(world.config.credential.key_directory);
  const KeyId old_key = keys.active_signing_key(world.clock.now())->id();
  const Request old_token = by_bearer(get("/x"), world.sign(world.good));
  ASSERT_EQ(world.reason(old_token), "allowed");

  ASSERT_THAT(keys.rotate(world.clock.now()), IsOk());
  const Request new_token = by_bearer(get("/x"), world.sign(world.good));
  EXPECT_EQ(world.reason(new_token), "allowed");
  EXPECT_EQ(world.reason(old_token), "allowed");

  ASSERT_THAT(keys.retire(old_key, world.clock.now()), IsOk());
  world.clock.advance(Seconds(1));
  EXPECT_EQ(world.reason(old_token), "bad_credential");
  EXPECT_EQ(world.reason(new_token), "allowed");
}

TEST(Keys, OfAnotherInstallationAreWorthless) {
  Alice world;
  const std::string foreign = world.sign(world.good);
  const TempDir directory;
  world.config.credential.key_directory = directory.path() + "/keys";
  ASSERT_THAT(crypto::KeyDirectory::create(world.config.credential.key_directory, world.random),
              IsOk());
  world.restart();
  EXPECT_EQ(world.reason(by_bearer(get("/x"), foreign)), "bad_credential");
}

TEST(Keys, ThatCannotBeReadLetNoTokenThrough) {
  Alice world;
  const Request request = by_bearer(get("/x"), world.sign(world.good));
  world.config.credential.key_directory = "/nonexistent";
  world.restart();
  EXPECT_EQ(world.reason(request), "store_unavailable");
  EXPECT_EQ(world.reason(by_cookie(get("/x"), world.session(world.alice))), "allowed");
}

// Scopes.

TEST(Scope, HoldsOnEveryRoadN17) {
  Alice world;
  const std::string token = world.token(world.alice, {"read", "path:/repository"});
  for (const bool basic : {false, true}) {
    const auto road = [&](Request request) {
      return world.reason(basic ? by_basic(std::move(request), "alice", token)
                                : by_bearer(std::move(request), token));
    };
    EXPECT_EQ(road(get("/repository/x")), "allowed");
    EXPECT_EQ(road(method("PUT", "/repository/x")), "scope_denied");
    EXPECT_EQ(road(get("/v2/")), "scope_denied");
    EXPECT_EQ(road(get("/repository/../v2/")), "scope_denied");
  }
}

TEST(Scope, OfAPathIsNotStretchedByWhatASemicolonCutsOff) {
  Alice world;
  world.config.path_settings.clear();
  for (config::Rule& rule : world.config.rules) rule.paths.clear();
  world.restart();
  const auto reason = [&](const char* target, std::vector<std::string> scopes) {
    return world.reason(by_bearer(get(target), world.token(world.alice, std::move(scopes))));
  };
  EXPECT_EQ(reason("/repository/maven;x/y", {"read"}), "allowed");
  EXPECT_EQ(reason("/repository/maven/y", {"path:/repository/maven"}), "allowed");
  EXPECT_EQ(reason("/repository/maven;x/y", {"path:/repository/maven"}), "scope_denied");
  EXPECT_EQ(reason("/repository/maven/..;x/y", {"path:/repository"}), "ambiguous_target");
}

// Each thing of ours at each entrance.

TEST(EntranceMatrix, TakesNothingInTheWrongPlaceL23L25N16) {
  Alice world;
  const std::string token = world.sign(world.good);
  const std::string session = world.session(world.alice);
  EXPECT_EQ(world.reason(by_cookie(get("/x"), token)), "unknown_session");
  EXPECT_EQ(world.reason(by_bearer(get("/x"), session)), "bad_credential");
  EXPECT_EQ(world.reason(by_basic(get("/x"), "alice", session)), "bad_credential");
  EXPECT_EQ(world.reason(by_bearer(get("/x"), world.id.text())), "bad_credential");
  EXPECT_EQ(world.reason(by_cookie(get("/x"), world.id.text())), "unknown_session");
  EXPECT_EQ(world.reason(by_cookie(get("/x"), "state-1")), "unknown_session");
}

TEST(KnownTokens, AreOnePersonsEachL4V2N9) {
  Alice world;
  const std::string alices = world.sign(world.good);
  const std::string bobs = world.token(world.account("bob"));
  config::Rule only_bob;
  only_bob.who = config::Who::kListed;
  only_bob.users = {"bob"};
  only_bob.hosts = {"docker.example"};
  world.config.rules.insert(world.config.rules.begin(), only_bob);
  world.restart();
  for (int round = 0; round < 2; ++round) {
    for (const auto& [token, user] : {std::pair{alices, "alice"}, std::pair{bobs, "bob"}}) {
      const model::Answer answer = world.ask(Dialect::kNginx, by_bearer(get("/x"), token));
      EXPECT_EQ(user_of(answer, Dialect::kNginx), user);
      const Request other = by_bearer(get("/x").with("HTTP_HOST", "docker.example"), token);
      EXPECT_EQ(world.reason(other), user == std::string("bob") ? "allowed" : "rule_denied");
    }
  }
}

TEST(KnownTokens, AreBounded) {
  Alice world;
  world.config.cache.signatures = 2;
  world.restart();
  for (int at = 0; at < 8; ++at) {
    EXPECT_EQ(world.reason_with("exp", world.now_and(1000 + at)), "allowed");
  }
  world.config.cache.signatures = 0;
  world.restart();
  EXPECT_EQ(world.reason_of(world.good), "allowed");
}

TEST(Use, IsWrittenCoarselyAfterTheReply) {
  Alice world;
  const auto last_used = [&] {
    return world.store->credentials().find(world.id)->credential.last_used;
  };
  const Request request =
      by_bearer(get("/x").with("HTTP_USER_AGENT", "mvn\x01"), world.sign(world.good));
  ASSERT_EQ(world.reason(request), "allowed");
  EXPECT_EQ(last_used(), world.clock.now());
  EXPECT_EQ(world.store->credentials().find(world.id)->credential.last_used_by, "mvn?");
  EXPECT_EQ(world.store->credentials().find(world.id)->credential.last_used_from, "192.0.2.7");
  const TimePoint first = world.clock.now();
  world.clock.advance(Seconds(299));
  ASSERT_EQ(world.reason(request), "allowed");
  EXPECT_EQ(last_used(), first);
  world.clock.advance(Seconds(1));
  ASSERT_EQ(world.reason(request), "allowed");
  EXPECT_EQ(last_used(), world.clock.now());
}

TEST(Log, NeverHoldsACredentialO16) {
  Alice world;
  const std::string token = world.sign(world.good);
  const std::string cookie = world.session(world.alice);
  world.ask(Dialect::kApache, by_bearer(get("/x"), token));
  world.ask(Dialect::kApache, by_basic(get("/x"), "bob", token));
  world.ask(Dialect::kApache, by_cookie(get("/x"), cookie));
  EXPECT_NE(world.logged, "");
  EXPECT_EQ(world.logged.find(token), std::string::npos);
  EXPECT_EQ(world.logged.find(cookie), std::string::npos);
}

}  // namespace
}  // namespace latchkey::flow
