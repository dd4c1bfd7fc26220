// Signing out, by the person and by the provider.
#include <gtest/gtest.h>

#include "latchkey/provider/metadata_source.h"
#include "latchkey/role/housekeeper.h"
#include "sign_in_site.h"
#include "support/redirect_corpus.h"
#include "support/results.h"

namespace latchkey::testing {
namespace {

std::string answered(const model::Answer& page) {
  return wire::form_encode(std::vector<wire::FormField>{
      {"form_token", Browser::hidden(page, "form_token")}, {"rd", Browser::hidden(page, "rd")}});
}

bool is_live(Site& site, const std::string& cookie) {
  return site.resolver->resolve_session(SecretString(std::string_view(cookie)), site.clock.now())
      .has_value();
}

TEST(Logout, AsksThenEndsTheSessionThenLeadsToTheProvider) {
  Site site;
  Browser browser(site);
  ASSERT_EQ(browser.sign_in().status, 302);
  const std::string cookie = browser.cookies[kSessionCookie];
  const model::Answer asked = browser.get("/oauth/logout");
  EXPECT_EQ(asked.status, 200);
  EXPECT_TRUE(is_live(site, cookie));
  EXPECT_TRUE(field(asked, "Content-Security-Policy").contains("form-action 'self' https://idp.test"));
  const model::Answer answer = browser.post("/oauth/logout", answered(asked));
  EXPECT_EQ(answer.status, 303);
  const std::string url = field(answer, "Location");
  EXPECT_TRUE(url.starts_with("https://idp.test/session/end?client_id=rp&"));
  EXPECT_TRUE(url.contains("post_logout_redirect_uri=https%3A%2F%2Fapp.test%2Foauth%2Flogout"));
  EXPECT_TRUE(url.contains("id_token_hint=ey"));
  EXPECT_FALSE(is_live(site, cookie));
  EXPECT_EQ(site.sessions(), 0);
}

TEST(Logout, ClearsEveryCookieOfOursO14) {
  Site site;
  Browser browser(site);
  browser.sign_in();
  const model::Answer answer = browser.post("/oauth/logout", answered(browser.get("/oauth/logout")));
  std::vector<std::string> cleared;
  for (const std::string& cookie : fields(answer, "Set-Cookie")) {
    EXPECT_TRUE(cookie.contains("Max-Age=0")) << cookie;
    cleared.push_back(cookie.substr(0, cookie.find('=')));
  }
  EXPECT_EQ(cleared, (std::vector<std::string>{"__Host-latchkey", "__Host-latchkey-login", "latchkey",
                                               "latchkey-login"}));
}

TEST(Logout, RefusesAPostFromAnotherSiteAndAWrongTokenC5M24L12) {
  Site site;
  Browser browser(site);
  browser.sign_in();
  const std::string form = answered(browser.get("/oauth/logout"));
  EXPECT_EQ(browser.post("/oauth/logout", form, {}).status, 403);
  EXPECT_EQ(browser.post("/oauth/logout", form, {"HTTP_SEC_FETCH_SITE=cross-site"}).status, 403);
  EXPECT_EQ(browser.post("/oauth/logout", form, {"HTTP_ORIGIN=https://evil.test"}).status, 403);
  EXPECT_EQ(browser.post("/oauth/logout", "form_token=wrong").status, 403);
  EXPECT_EQ(browser.post("/oauth/logout", "rd=/").status, 403);
  EXPECT_EQ(browser.post("/oauth/logout", form + "&form_token=x").status, 400);
  EXPECT_TRUE(is_live(site, browser.cookies[kSessionCookie]));
}

TEST(Logout, ByAnImageOfAnotherSiteEndsNothingM24) {
  Site site;
  Browser browser(site);
  browser.sign_in();
  const std::string cookie = browser.cookies[kSessionCookie];
  // SameSite=Lax keeps the cookie away from an image, but not from a link that a script follows.
  for (const char* mode : {"HTTP_SEC_FETCH_MODE=no-cors", "HTTP_SEC_FETCH_MODE=navigate"}) {
    for (const char* target : {"/oauth/logout", "/oauth/logout?done=1", "/oauth/logout?sid=sid-1",
                               "/oauth/logout?iss=https%3A%2F%2Fidp.test&sid=sid-1"}) {
      const model::Answer answer = browser.get(target, {"HTTP_SEC_FETCH_SITE=cross-site", mode});
      EXPECT_EQ(fields(answer, "Set-Cookie").size(), 0u) << target;
      EXPECT_TRUE(is_live(site, cookie)) << target;
    }
  }
}

TEST(Logout, LeadsToNoOtherSiteM5) {
  for (const char* rd : {"https://evil.test/", "//evil.test", "/\\evil.test", "/%09/evil.test"}) {
    Site site;
    site.provider.discovery.erase("end_session_endpoint");
    Browser browser(site);
    browser.sign_in();
    const model::Answer page =
        browser.get("/oauth/logout?rd=" + wire::url_encode(rd));
    EXPECT_EQ(Browser::hidden(page, "rd"), "/") << rd;
    const std::string token = Browser::hidden(page, "form_token");
    const model::Answer answer = browser.post(
        "/oauth/logout", "form_token=" + wire::url_encode(token) + "&rd=" + wire::url_encode(rd));
    EXPECT_EQ(answer.status, 200) << rd;
    EXPECT_FALSE(answer.body.contains("evil.test"));
  }
}

TEST(Logout, LeadsToNoTargetOfTheCorpusM5A1) {
  Site site;
  site.provider.discovery.erase("end_session_endpoint");
  Browser browser(site);
  browser.sign_in();
  for (const std::string& rd : kBadRedirects) {
    const model::Answer page = browser.get("/oauth/logout?rd=" + wire::url_encode(rd));
    EXPECT_EQ(Browser::hidden(page, "rd"), "/") << rd;
  }
}

TEST(Logout, WithoutASessionSaysSo) {
  Site site;
  Browser browser(site);
  EXPECT_EQ(browser.get("/oauth/logout").status, 200);
  EXPECT_EQ(browser.post("/oauth/logout", "form_token=x").status, 200);
}

// ---- back-channel logout

class Backchannel : public ::testing::Test {
 protected:
  Backchannel() {
    browser.sign_in();
    header = {{"alg", json_text("EdDSA")}, {"kid", json_text("k1")}, {"typ", json_text("logout+jwt")}};
    claims = {{"iss", json_text("https://idp.test")},
              {"aud", json_text("rp")},
              {"iat", std::to_string(to_unix(kStart))},
              {"exp", std::to_string(to_unix(kStart) + 120)},
              {"jti", json_text("jti-1")},
              {"sid", json_text("sid-1")},
              {"events", R"({"http://schemas.openid.net/event/backchannel-logout":{}})"}};
  }

  model::Answer deliver() { return deliver(site.provider.key.sign(header, claims)); }
  model::Answer deliver(const std::string& token) {
    return op.post("/oauth/backchannel-logout", "logout_token=" + token, {});
  }

  Site site;
  Browser browser{site};
  Browser op{site};
  Members header, claims;
};

TEST_F(Backchannel, EndsTheSessionsOfTheSidAndNothingElse) {
  Browser other(site);
  site.provider.claims["sid"] = json_text("sid-2");
  other.sign_in();
  const model::Answer answer = deliver();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(field(answer, "Cache-Control"), "no-store");
  EXPECT_FALSE(is_live(site, browser.cookies[kSessionCookie]));
  EXPECT_TRUE(is_live(site, other.cookies[kSessionCookie]));
}

TEST_F(Backchannel, EndsAllSessionsOfTheSubjectButNoCredential) {
  const model::Account account = *site.store.accounts().find_by_name("alice");
  model::IssuedCredential credential;
  credential.id = CredentialId("c-1");
  credential.account = account.id;
  credential.epoch = account.credential_epoch;
  credential.created = kStart;
  credential.expires = kStart + std::chrono::hours(24);
  ASSERT_THAT(site.store.credentials().issue(credential, 10, kSomebody), IsOk());
  claims.erase("sid");
  claims["sub"] = json_text("subject-1");
  EXPECT_EQ(deliver().status, 200);
  EXPECT_EQ(site.sessions(), 0);
  const auto kept = site.store.credentials().find(CredentialId("c-1"));
  ASSERT_THAT(kept, IsOk());
  EXPECT_FALSE(kept->credential.revoked.has_value());
  EXPECT_EQ(kept->account.credential_epoch, account.credential_epoch);
}

TEST_F(Backchannel, RefusesAReplayM26) {
  EXPECT_EQ(deliver().status, 200);
  Browser again(site);
  again.sign_in();
  EXPECT_EQ(deliver().status, 400);
  EXPECT_TRUE(is_live(site, again.cookies[kSessionCookie]));
}

TEST_F(Backchannel, RefusesATokenThatBreaksARuleM26M35) {
  const Members good_header = header, good_claims = claims;
  const auto attack = [&](const char* name, auto change) {
    header = good_header;
    claims = good_claims;
    change();
    EXPECT_EQ(deliver().status, 400) << name;
    EXPECT_TRUE(is_live(site, browser.cookies[kSessionCookie])) << name;
  };
  attack("no iat", [&] { claims.erase("iat"); });
  attack("old iat", [&] { claims["iat"] = std::to_string(to_unix(kStart) - 301); });
  attack("later iat", [&] { claims["iat"] = std::to_string(to_unix(kStart) + 61); });
  attack("no exp", [&] { claims.erase("exp"); });
  attack("no jti", [&] { claims.erase("jti"); });
  attack("no events", [&] { claims.erase("events"); });
  attack("another event", [&] { claims["events"] = R"({"http://example.test/x":{}})"; });
  attack("events as text", [&] { claims["events"] = json_text("x"); });
  attack("a nonce", [&] { claims["nonce"] = json_text("n"); });
  attack("neither sub nor sid", [&] { claims.erase("sid"); });
  attack("another audience", [&] { claims["aud"] = json_text("other"); });
  attack("another issuer", [&] { claims["iss"] = json_text("https://evil.test"); });
  attack("another type", [&] { header["typ"] = json_text("at+jwt"); });
  attack("no signature", [&] { header["alg"] = json_text("none"); });
}

TEST_F(Backchannel, RefusesAnIdTokenSentAsALogoutTokenM26) {
  EXPECT_EQ(deliver(site.provider.id_token()).status, 400);
  EXPECT_TRUE(is_live(site, browser.cookies[kSessionCookie]));
}

TEST_F(Backchannel, RefusesAnotherKeyAndWhatIsNoToken) {
  EXPECT_EQ(deliver(TestKey("k1").sign(header, claims)).status, 400);
  for (const char* token : {"", "x", "a.b", "a.b.c", "..", "%00"}) {
    EXPECT_EQ(deliver(std::string(token)).status, 400) << token;
  }
  const std::string good = site.provider.key.sign(header, claims);
  EXPECT_EQ(deliver(good + "&logout_token=" + good).status, 400) << "M25";
  EXPECT_EQ(op.get("/oauth/backchannel-logout").status, 405);
  EXPECT_TRUE(is_live(site, browser.cookies[kSessionCookie]));
}

TEST_F(Backchannel, TakesTheTypesThatProvidersSend) {
  for (const char* type : {"JWT", "logout+jwt", ""}) {
    header["typ"] = json_text(type);
    claims["jti"] = json_text(std::string("jti-") + type);
    EXPECT_EQ(deliver().status, 200) << type;
  }
}

// ---- what is the same for every page

TEST(Responder, AnswersUnknownPathsAndMethodsByTheirStatus) {
  Site site;
  Browser browser(site);
  EXPECT_EQ(browser.get("/elsewhere").status, 404);
  EXPECT_EQ(browser.get("/oauth/login/").status, 404);
  EXPECT_EQ(browser.get("/oauth%2Flogin").status, 404);
  const model::Answer answer = browser.send("PUT", "/oauth/login", "", {});
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(field(answer, "Allow"), "GET, HEAD, POST");
  EXPECT_EQ(field(browser.send("OPTIONS", "/oauth/backchannel-logout", "", {}), "Allow"), "POST");
  EXPECT_EQ(browser.send("HEAD", "/oauth/logout", "", {}).status, 200);
  EXPECT_EQ(browser.get("/oauth/../oauth/login#x").status, 400);
}

TEST(Responder, WritesOneLinePerRequest) {
  Site site;
  Browser browser(site);
  browser.get("/oauth/login?rd=/x");
  EXPECT_EQ(std::ranges::count(site.log_text, '\n'), 1);
  EXPECT_TRUE(site.log_text.contains("sent_to_provider")) << site.log_text;
  EXPECT_FALSE(site.log_text.contains("rd=")) << "a query may hold a code";
}

TEST(Responder, RefusesPlainHttpWhereHttpsIsEnforced) {
  Site site([](config::Config& config) { config.site.enforce_https = true; });
  Browser browser(site);
  const model::Answer answer = browser.get("/oauth/login", {"LATCHKEY_SCHEME=http"});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(field(answer, "Set-Cookie"), "(absent)");
}

// ---- housekeeping

TEST(Housekeeper, FetchesKeysBeforeTheyAreTooOldAndOnlyThen) {
  Site site;
  role::Housekeeper housekeeper(site.store, site.pages->providers(), "test", site.log);
  EXPECT_EQ(housekeeper.run(ManualClock(kStart)), 2u);
  EXPECT_EQ(site.provider.times_asked("/jwks"), 1u);
  EXPECT_EQ(housekeeper.run(ManualClock(kStart + Seconds(1))), 0u) << "nothing is due";
  housekeeper.run(ManualClock(kStart + role::kProviderLookEvery));
  EXPECT_EQ(site.provider.times_asked("/jwks"), 1u) << "young enough";
  housekeeper.run(ManualClock(kStart + provider::kMetadataRefreshAfter + role::kProviderLookEvery));
  EXPECT_EQ(site.provider.times_asked("/jwks"), 2u);
}

TEST(Housekeeper, TriesAgainSoonAfterAFailure) {
  Site site;
  role::Housekeeper housekeeper(site.store, site.pages->providers(), "test", site.log);
  site.provider.answers.emplace("/jwks", fail(ErrorCode::kRefused, "Timeout was reached"));
  EXPECT_EQ(housekeeper.run(ManualClock(kStart)), 1u);
  site.provider.answers.clear();
  EXPECT_EQ(housekeeper.run(ManualClock(kStart + role::kTaskRetryAfter)), 1u);
}

std::optional<TimePoint> success_of(Site& site, std::string_view name) {
  const auto tasks = site.store.tasks().list();
  const auto found = std::ranges::find(*tasks, name, &store::TaskState::name);
  return found != tasks->end() ? found->succeeded : std::nullopt;
}

TEST(Housekeeper, CallsAProviderGoodAsOfItsLastAnswerAndNotOfTheLastLook) {
  Site site;
  role::Housekeeper housekeeper(site.store, site.pages->providers(), "test", site.log);
  const Seconds look = role::kProviderLookEvery;
  housekeeper.run(ManualClock(kStart));
  housekeeper.run(ManualClock(kStart + look));
  EXPECT_EQ(success_of(site, "provider:idp"), kStart) << "it was not asked";

  const TimePoint due = kStart + provider::kMetadataRefreshAfter + look;
  site.provider.answers.emplace("/jwks", fail(ErrorCode::kRefused, "Timeout was reached"));
  housekeeper.run(ManualClock(due));
  EXPECT_EQ(success_of(site, "provider:idp"), kStart);
  site.provider.answers.clear();
  housekeeper.run(ManualClock(due + role::kTaskRetryAfter));
  EXPECT_EQ(success_of(site, "provider:idp"), due + role::kTaskRetryAfter);
}

TEST(Housekeeper, KnowsWhenAProviderWasGoodThatOthersAskedBeforeIt) {
  Site site;
  Browser browser(site);
  ASSERT_EQ(browser.sign_in().status, 302);
  role::Housekeeper housekeeper(site.store, site.pages->providers(), "test", site.log);
  housekeeper.run(ManualClock(kStart + Seconds(60)));
  EXPECT_EQ(success_of(site, "provider:idp"), kStart);
}

TEST(Housekeeper, NeverCallsAProviderGoodThatPublishesNothing) {
  Site site([](config::Config& config) {
    config.providers[0].type = config::ProviderType::kGithub;
    config.providers[0].membership = config::Verifier::kNone;
  });
  role::Housekeeper housekeeper(site.store, site.pages->providers(), "test", site.log);
  housekeeper.run(ManualClock(kStart));
  EXPECT_EQ(success_of(site, "provider:idp"), std::nullopt);
}

TEST(Housekeeper, PurgesWithoutTheNetworkWhereThereIsNoPool) {
  Site site;
  Browser browser(site);
  browser.sign_in();
  const std::size_t asked = site.provider.asked.size();
  role::Housekeeper housekeeper(site.store, site.pages->providers(), "test", site.log);
  housekeeper.work(kStart + site.config.session.absolute + std::chrono::hours(1));
  EXPECT_EQ(site.sessions(), 0);
  EXPECT_EQ(site.provider.asked.size(), asked);
}

TEST(ProviderKeys, ThatAreTooOldAreNotBelieved) {
  Site site;
  Browser browser(site);
  ASSERT_EQ(browser.sign_in().status, 302);
  site.clock.advance(provider::kMetadataAgeMax + Seconds(1));
  site.provider.answers.emplace("/jwks", fail(ErrorCode::kRefused, "Timeout was reached"));
  Browser later(site);
  EXPECT_EQ(later.get("/oauth/login").status, 502);
}

}  // namespace
}  // namespace latchkey::testing
