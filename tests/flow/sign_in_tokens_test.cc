// What a provider answers a sign-in with: its tokens, keys and claims, good and bad.
#include <gtest/gtest.h>

#include "latchkey/provider/metadata_source.h"
#include "sign_in_site.h"
#include "support/results.h"

namespace latchkey::testing {
namespace {

// Each turn breaks one thing that the provider's tokens must have.
struct Turn {
  const char* name;
  void (*make)(FakeProvider&);
};

TEST(IdToken, IsRefusedForEachThingThatIsWrongWithItO21M34M35) {
  const Turn turns[] = {
      {"no nonce O21", [](FakeProvider& p) { p.claims["nonce"] = "absent"; }},
      {"another nonce M34", [](FakeProvider& p) { p.claims["nonce"] = json_text("other"); }},
      {"another issuer M35", [](FakeProvider& p) { p.claims["iss"] = json_text("https://evil.test"); }},
      {"another client M35", [](FakeProvider& p) { p.claims["aud"] = json_text("other"); }},
      {"two audiences, no azp M35", [](FakeProvider& p) { p.claims["aud"] = R"(["rp","other"])"; }},
      {"azp of another M35", [](FakeProvider& p) { p.claims["azp"] = json_text("other"); }},
      {"no audience", [](FakeProvider& p) { p.claims.erase("aud"); }},
      {"no subject", [](FakeProvider& p) { p.claims.erase("sub"); }},
      {"empty subject", [](FakeProvider& p) { p.claims["sub"] = json_text(""); }},
      {"no exp", [](FakeProvider& p) { p.claims.erase("exp"); }},
      {"expired", [](FakeProvider& p) { p.claims["exp"] = std::to_string(to_unix(kStart) - 61); }},
      {"no iat", [](FakeProvider& p) { p.claims.erase("iat"); }},
      {"issued before the sign-in began",
       [](FakeProvider& p) { p.claims["iat"] = std::to_string(to_unix(kStart) - 61); }},
      {"issued later", [](FakeProvider& p) { p.claims["iat"] = std::to_string(to_unix(kStart) + 61); }},
      {"another access token's at_hash", [](FakeProvider& p) { p.claims["at_hash"] = json_text("x"); }},
      {"alg none", [](FakeProvider& p) { p.header["alg"] = json_text("none"); }},
      {"alg HS256", [](FakeProvider& p) { p.header["alg"] = json_text("HS256"); }},
      {"jku M36", [](FakeProvider& p) { p.header["jku"] = json_text("https://evil.test/jwks"); }},
      {"a logout token", [](FakeProvider& p) { p.header["typ"] = json_text("logout+jwt"); }},
      {"another key under the same name N11", [](FakeProvider& p) {
         p.publish_own_key = false;
         p.published_keys.push_back(TestKey("k1").jwk());
       }},
  };
  for (const Turn& turn : turns) {
    Site site;
    Browser browser(site);
    turn.make(site.provider);
    const model::Answer answer = browser.sign_in();
    EXPECT_EQ(answer.status, 502) << turn.name;
    EXPECT_EQ(field(answer, "Location"), "(absent)") << turn.name;
    EXPECT_EQ(site.sessions(), 0) << turn.name;
    EXPECT_EQ(site.provider.times_asked("/token"), 1u) << turn.name << ": nothing is tried twice";
  }
}

TEST(IdToken, WithItsAtHashAndAzpIsTaken) {
  Site site;
  Browser browser(site);
  site.provider.claims["at_hash"] = json_text(*crypto::left_half_hash("EdDSA", "access-1"));
  site.provider.claims["aud"] = R"(["rp","other"])";
  site.provider.claims["azp"] = json_text("rp");
  EXPECT_EQ(browser.sign_in().status, 302);
}

TEST(IdToken, WithoutAKeyIdIsTakenWhenOneKeyFits) {
  Site site;
  Browser browser(site);
  site.provider.header.erase("kid");
  EXPECT_EQ(browser.sign_in().status, 302);
}

TEST(ProviderKeys, AreFetchedOnceForManyUnknownKeyIdsM29) {
  Site site;
  int number = 0;
  const auto try_often = [&] {
    for (int i = 0; i < 100; ++i) {
      Browser browser(site);
      site.provider.header["kid"] = json_text("unknown-" + std::to_string(number++));
      EXPECT_EQ(browser.sign_in().status, 502);
    }
  };
  try_often();
  EXPECT_EQ(site.provider.times_asked("/jwks"), 1u) << "fetched a moment ago";
  site.clock.advance(provider::kUnknownKeyInterval);
  site.provider.issue_at(site.clock.now());
  try_often();
  EXPECT_EQ(site.provider.times_asked("/jwks"), 2u);
}

TEST(ProviderKeys, AreFetchedAgainAfterARotation) {
  Site site;
  Browser before(site), after(site);
  ASSERT_EQ(before.sign_in().status, 302);
  site.provider.key = TestKey("k2");
  site.provider.header["kid"] = json_text("k2");
  site.clock.advance(provider::kUnknownKeyInterval);
  site.provider.issue_at(site.clock.now());
  EXPECT_EQ(after.sign_in().status, 302);
}

TEST(ProviderKeys, OfOneProviderAreWorthlessAtAnotherUnderTheSameIdN11) {
  FakeProvider two(kStart, "https://two.test");
  two.claims["preferred_username"] = json_text("bob");
  Site site([&](config::Config& config) {
    config.providers.push_back(two.settings());
    config.providers.back().name = "two";
  });
  site.provider.other = &two;
  const auto sign_in_at = [&](const char* name, FakeProvider& provider) {
    Browser browser(site);
    const model::Answer begun = browser.get(std::string("/oauth/login?provider=") + name);
    return browser.get("/oauth/callback?" + provider.authorize(field(begun, "Location"))).status;
  };
  EXPECT_EQ(sign_in_at("idp", site.provider), 302);
  EXPECT_EQ(sign_in_at("two", two), 302);
  two.publish_own_key = false;
  two.published_keys = {two.key.jwk()};
  two.key = site.provider.key;  // "k1" as well
  EXPECT_EQ(sign_in_at("two", two), 502);
  EXPECT_EQ(sign_in_at("idp", site.provider), 302);
  EXPECT_EQ(site.sessions(), 3);
}

TEST(TokenAnswer, WithoutARequiredMemberIsAFailureM45) {
  const Turn turns[] = {
      {"no access_token", [](FakeProvider& p) { p.token_answer.erase("access_token"); }},
      {"empty access_token", [](FakeProvider& p) { p.token_answer["access_token"] = json_text(""); }},
      {"no token_type", [](FakeProvider& p) { p.token_answer.erase("token_type"); }},
      {"another token_type", [](FakeProvider& p) { p.token_answer["token_type"] = json_text("mac"); }},
      {"no id_token", [](FakeProvider& p) { p.token_answer["id_token"] = "absent"; }},
      {"no JSON", [](FakeProvider& p) { p.answers.emplace("/token", FakeProvider::json("<html>")); }},
      {"503", [](FakeProvider& p) { p.answers.emplace("/token", FakeProvider::json("{}", 503)); }},
      {"invalid_grant O15", [](FakeProvider& p) {
         p.answers.emplace("/token", FakeProvider::json(R"({"error":"invalid_grant"})", 400));
       }},
      {"a redirect", [](FakeProvider& p) { p.answers.emplace("/token", FakeProvider::json("", 302)); }},
      {"silence C21", [](FakeProvider& p) {
         p.answers.emplace("/token", fail(ErrorCode::kRefused, "Timeout was reached"));
       }},
  };
  for (const Turn& turn : turns) {
    Site site;
    Browser browser(site);
    turn.make(site.provider);
    const model::Answer answer = browser.sign_in();
    EXPECT_EQ(answer.status, 502) << turn.name;
    EXPECT_EQ(field(answer, "Location"), "(absent)") << turn.name;
    EXPECT_EQ(site.provider.times_asked("/token"), 1u) << turn.name;
  }
}

TEST(TokenAnswer, MayWriteBearerInAnyCase) {
  Site site;
  Browser browser(site);
  site.provider.token_answer["token_type"] = json_text("bEARER");
  EXPECT_EQ(browser.sign_in().status, 302);
}

TEST(Login, IsAPageWhenTheProviderDoesNotAnswerC21) {
  for (const char* path : {"/.well-known/openid-configuration", "/jwks"}) {
    Site site;
    Browser browser(site);
    site.provider.answers.emplace(path, fail(ErrorCode::kRefused, "Timeout was reached"));
    const model::Answer answer = browser.get("/oauth/login");
    EXPECT_EQ(answer.status, 502) << path;
    EXPECT_EQ(field(answer, "Location"), "(absent)");
  }
}

TEST(Login, Is503WithRetryAfterWhenTooManyWorkersWait) {
  Site site;
  Browser browser(site);
  site.provider.answers.emplace("/.well-known/openid-configuration",
                                fail(ErrorCode::kUnavailable, "too many"));
  const model::Answer answer = browser.get("/oauth/login");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(field(answer, "Retry-After"), "5");
}

TEST(Userinfo, IsAskedForAClaimThatTheIdTokenLacks) {
  Site site;
  Browser browser(site);
  site.provider.claims.erase("groups");
  site.provider.userinfo["groups"] = json_text("ops");
  ASSERT_EQ(browser.sign_in().status, 302);
  EXPECT_EQ(site.provider.asked.back().bearer, "access-1");
  EXPECT_EQ(site.store.accounts().find_by_name("alice")->profile.groups,
            std::vector<std::string>{"ops"});
}

TEST(Userinfo, OfAnotherPersonIsRefused) {
  Site site;
  Browser browser(site);
  site.provider.claims.erase("groups");
  site.provider.userinfo["sub"] = json_text("somebody-else");
  EXPECT_EQ(browser.sign_in().status, 502);
  site.provider.userinfo.erase("sub");
  EXPECT_EQ(browser.sign_in().status, 502);
}

}  // namespace
}  // namespace latchkey::testing
