// Signing in at a provider, from the first click to the session.
#include <gtest/gtest.h>

#include "latchkey/provider/metadata_source.h"
#include "sign_in_site.h"
#include "support/redirect_corpus.h"
#include "support/results.h"

namespace latchkey::testing {
namespace {

std::string parameter(const std::string& url, const std::string& name) {
  return wire::Form::parse(url.substr(url.find('?') + 1))->single(name)->value_or("(absent)");
}

TEST(Login, SendsTheBrowserToTheProviderWithStateNonceAndS256) {
  Site site;
  Browser browser(site);
  const model::Answer answer = browser.get("/oauth/login?rd=/deep");
  const std::string url = field(answer, "Location");
  EXPECT_EQ(answer.status, 302);
  EXPECT_TRUE(url.starts_with("https://idp.test/auth?response_type=code&client_id=rp&")) << url;
  EXPECT_EQ(parameter(url, "redirect_uri"), "https://app.test/oauth/callback");
  EXPECT_EQ(parameter(url, "scope"), "openid profile email");
  EXPECT_EQ(parameter(url, "code_challenge_method"), "S256");
  EXPECT_EQ(parameter(url, "code_challenge").size(), 43u);
  EXPECT_EQ(parameter(url, "nonce").size(), 43u);
  EXPECT_LT(url.size(), 3000u);
  EXPECT_EQ(field(answer, "Cache-Control"), "no-store");
  EXPECT_TRUE(field(answer, "Set-Cookie").contains("HttpOnly"));
}

TEST(Login, EndsInASessionAndTheDeepLink) {
  Site site;
  Browser browser(site);
  const model::Answer answer = browser.sign_in("/deep?x=1");
  EXPECT_EQ(answer.status, 302) << answer.body;
  EXPECT_EQ(field(answer, "Location"), "https://app.test/deep?x=1");
  ASSERT_TRUE(browser.cookies.contains(kSessionCookie));
  const auto identity = site.resolver->resolve_session(
      SecretString(std::string_view(browser.cookies[kSessionCookie])), site.clock.now());
  ASSERT_TRUE(identity.has_value());
  EXPECT_EQ(identity->profile().user_name, "alice");
  EXPECT_EQ(identity->profile().groups, (std::vector<std::string>{"dev", "ops"}));
  EXPECT_TRUE(identity->profile().mail_verified);
}

TEST(Login, SetsACookieThatScriptsAndOtherSitesCannotUse) {
  Site site;
  Browser browser(site);
  const model::Answer answer = browser.sign_in();
  for (const std::string& cookie : fields(answer, "Set-Cookie")) {
    EXPECT_TRUE(cookie.contains("; HttpOnly")) << cookie;
    EXPECT_TRUE(cookie.contains("; Secure")) << cookie;
    EXPECT_TRUE(cookie.contains("; SameSite=Lax")) << cookie;
    EXPECT_TRUE(cookie.contains("; Path=/")) << cookie;
    EXPECT_FALSE(cookie.contains("Domain")) << cookie;
  }
}

TEST(Login, AuthenticatesAtTheTokenEndpointByBasicWithTheVerifierN37) {
  Site site;
  Browser browser(site);
  ASSERT_EQ(browser.sign_in().status, 302);
  const Asked& token = site.provider.asked.back();
  EXPECT_EQ(token.url, "https://idp.test/token");
  EXPECT_EQ(token.client, "rp:s:e c/ret");
  EXPECT_TRUE(token.form.contains("code_verifier="));
  EXPECT_FALSE(token.form.contains("client_secret"));
}

TEST(Login, PostsTheSecretWhereOnlyThatIsAnnounced) {
  Site site;
  site.provider.discovery["token_endpoint_auth_methods_supported"] = R"(["client_secret_post"])";
  Browser browser(site);
  ASSERT_EQ(browser.sign_in().status, 302);
  EXPECT_EQ(site.provider.asked.back().client, "");
  EXPECT_TRUE(site.provider.asked.back().form.contains("client_secret=s%3Ae%20c%2Fret"));
}

TEST(Callback, RefusesAStateOfAnotherBrowserLoginCsrfO1C4) {
  Site site;
  Browser attacker(site), victim(site);
  const std::string link =
      site.provider.authorize(field(attacker.get("/oauth/login"), "Location"));
  victim.get("/oauth/login");
  const model::Answer answer = victim.get("/oauth/callback?" + link);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(site.provider.times_asked("/token"), 0u);
  EXPECT_FALSE(victim.cookies.contains(kSessionCookie));
}

TEST(Callback, RefusesAReusedStateBeforeTheTokenEndpointIsAskedO1L22) {
  Site site;
  Browser browser(site);
  const std::string back = site.provider.authorize(field(browser.get("/oauth/login"), "Location"));
  ASSERT_EQ(browser.get("/oauth/callback?" + back).status, 302);
  const model::Answer again = browser.get("/oauth/callback?" + back);
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(site.provider.times_asked("/token"), 1u);
  EXPECT_EQ(site.sessions(), 1);
}

TEST(Callback, RefusesAnEmptyAForeignAndAnExpiredStateO1) {
  Site site;
  Browser browser(site);
  std::string back = site.provider.authorize(field(browser.get("/oauth/login"), "Location"));
  for (const char* query : {"", "?code=x", "?code=x&state=", "?code=x&state=AAAA",
                            "?code=x&state=%00"}) {
    EXPECT_EQ(browser.get(std::string("/oauth/callback") + query).status, 400) << query;
  }
  site.clock.advance(provider::kLoginStateLifetime);
  const model::Answer late = browser.get("/oauth/callback?" + back);
  EXPECT_EQ(late.status, 400);
  EXPECT_TRUE(late.body.contains("took too long"));
  EXPECT_EQ(site.provider.times_asked("/token"), 0u);
}

TEST(Callback, ServesSeveralTabsWithOneSmallCookieM41N25C2) {
  Site site;
  Browser browser(site);
  std::vector<std::string> tabs;
  for (int i = 0; i < 100; ++i) {
    tabs.push_back(site.provider.authorize(field(browser.get("/oauth/login"), "Location")));
  }
  EXPECT_LT(browser.cookie_field().size(), 100u);
  // The provider's answer carries the nonce of the tab that was authorized last.
  EXPECT_EQ(browser.get("/oauth/callback?" + tabs.back()).status, 302);
  EXPECT_EQ(site.sessions(), 1);
}

TEST(Callback, ExplainsWithoutARedirectWhenCookiesAreOffC9) {
  Site site;
  Browser browser(site);
  const std::string back = site.provider.authorize(field(browser.get("/oauth/login"), "Location"));
  browser.cookies.clear();
  const model::Answer answer = browser.get("/oauth/callback?" + back);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(field(answer, "Location"), "(absent)");
  EXPECT_TRUE(answer.body.contains("cookies"));
}

TEST(Login, EndsALoopAtTheThirdRoundC9) {
  Site site;
  Browser browser(site);
  for (int round = 0; round < 2; ++round) {
    ASSERT_EQ(browser.sign_in().status, 302);
    browser.cookies.erase(kSessionCookie);  // the browser does not keep it
  }
  const model::Answer answer = browser.get("/oauth/login?rd=/deep");
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(answer.body.contains("does not keep the sign-in"));
  EXPECT_EQ(browser.get("/oauth/login?rd=/deep").status, 302);
}

TEST(Callback, RefusesRepeatedParametersM25) {
  Site site;
  Browser browser(site);
  const std::string back = site.provider.authorize(field(browser.get("/oauth/login"), "Location"));
  for (const char* more : {"&code=b", "&state=b", "&iss=b", "&error=a&error=b",
                           "&error_description=a&error_description=b"}) {
    EXPECT_EQ(browser.get("/oauth/callback?" + back + more).status, 400) << more;
  }
  EXPECT_EQ(browser.post("/oauth/callback?code=a", back).status, 400);
  EXPECT_EQ(site.provider.times_asked("/token"), 0u);
}

TEST(Callback, TurnsAFormPostIntoAGetThatBringsTheCookie) {
  Site site;
  Browser browser(site);
  const std::string back = site.provider.authorize(field(browser.get("/oauth/login"), "Location"));
  const model::Answer posted = browser.post("/oauth/callback", back, {"HTTP_SEC_FETCH_SITE=cross-site"});
  EXPECT_EQ(posted.status, 303);
  const std::string location = field(posted, "Location");
  ASSERT_TRUE(location.starts_with("https://app.test/oauth/callback?code=code-1&state="));
  EXPECT_EQ(browser.get(location.substr(16)).status, 302);
}

TEST(Callback, ShowsTheProvidersErrorEscapedAndCutM1M4) {
  Site site;
  Browser browser(site);
  browser.get("/oauth/login");
  const std::string state =
      parameter(field(browser.get("/oauth/login"), "Location"), "state");
  const std::string text = "<script>alert(1)</script>\r\n\xe2\x80\xae\"'" + std::string(5000, 'x');
  const model::Answer answer =
      browser.get("/oauth/callback?error=access_denied&state=" + state +
                  "&error_description=" + wire::url_encode(text));
  EXPECT_EQ(answer.status, 403);
  EXPECT_FALSE(answer.body.contains("<script"));
  EXPECT_FALSE(answer.body.contains("\xe2\x80\xae"));
  EXPECT_FALSE(answer.body.contains(std::string(201, 'x')));
  EXPECT_TRUE(field(answer, "Content-Security-Policy").contains("default-src 'none'"));
  EXPECT_EQ(browser.get("/oauth/callback?error=server_error&state=" + state).status, 502);
}

// Token, discovery, keys and userinfo in a row: each in its own time, together too long.
TEST(Callback, ExplainsInTimeThatTheProviderIsSlow) {
  Site site;
  Browser browser(site);
  const std::string back =
      site.provider.authorize(field(browser.get("/oauth/login"), "Location"));
  site.clock.advance(provider::kUnknownKeyInterval);
  site.provider.issue_at(site.clock.now());
  site.provider.key = TestKey("k2");  // of which nothing is known yet
  site.provider.header["kid"] = json_text("k2");
  site.provider.claims.erase("groups");  // so that userinfo would be asked as well
  site.provider.takes = std::chrono::milliseconds(9'000);
  const auto begin = site.provider.time;

  const model::Answer answer = browser.get("/oauth/callback?" + back);

  EXPECT_EQ(answer.status, 502);
  EXPECT_TRUE(answer.body.contains("</html>"));
  EXPECT_EQ(site.provider.time - begin, kCallsMax);
  EXPECT_EQ(site.provider.times_asked("/me"), 0u);
  EXPECT_EQ(site.sessions(), 0);
}

TEST(Callback, RequiresTheIssuerThatTheProviderAnnouncesMixUp) {
  for (const std::string iss : {"", "&iss=https%3A%2F%2Fevil.test"}) {
    Site site;
    Browser browser(site);
    std::string back = site.provider.authorize(field(browser.get("/oauth/login"), "Location"));
    back.replace(back.find("&iss="), std::string::npos, iss);
    EXPECT_EQ(browser.get("/oauth/callback?" + back).status, 502) << iss;
    EXPECT_EQ(site.provider.times_asked("/token"), 0u);
  }
}

TEST(Callback, RefusesACodeWhoseVerifierIsOfAnotherSignInN36) {
  Site site;
  Browser browser(site);
  const std::string first = site.provider.authorize(field(browser.get("/oauth/login"), "Location"));
  site.provider.authorize(field(browser.get("/oauth/login"), "Location"));
  EXPECT_EQ(browser.get("/oauth/callback?" + first).status, 502);
}

TEST(Profile, WithControlBytesInTheUserNameIsAPageM21N42) {
  for (const char* name : {R"("alice\r\nX-Admin: 1")", R"("łukasz")", R"("a\u007fb")"}) {
    Site site;
    Browser browser(site);
    site.provider.claims["preferred_username"] = name;
    const model::Answer answer = browser.sign_in();
    EXPECT_EQ(answer.status, 403) << name;
    EXPECT_FALSE(answer.body.contains("X-Admin: 1\n"));
    EXPECT_EQ(site.sessions(), 0);
  }
}

TEST(Account, ThatIsDisabledStaysSoAfterASignInN19) {
  Site site;
  Browser browser(site);
  ASSERT_EQ(browser.sign_in().status, 302);
  const AccountId id = site.store.accounts().find_by_name("alice")->id;
  ASSERT_THAT(site.store.accounts().disable(id, site.clock.now(), kSomebody), IsOk());
  Browser again(site);
  EXPECT_EQ(again.sign_in().status, 403);
  EXPECT_FALSE(again.cookies.contains(kSessionCookie));
  EXPECT_TRUE(site.store.accounts().find(id)->disabled);
}

TEST(Account, OfAnotherPersonWithTheSameNameIsNotTakenOver) {
  Site site;
  Browser browser(site), other(site);
  ASSERT_EQ(browser.sign_in().status, 302);
  site.provider.claims["sub"] = json_text("subject-2");
  const model::Answer answer = other.sign_in();
  EXPECT_EQ(answer.status, 403);
  EXPECT_TRUE(answer.body.contains("taken"));
}

TEST(Session, GetsANewIdAtEachSignInAndEndsTheOldM23N23) {
  Site site;
  Browser browser(site);
  ASSERT_EQ(browser.sign_in().status, 302);
  const std::string first = browser.cookies[kSessionCookie];
  // A second tab that was at the provider meanwhile.
  const std::string back = site.provider.authorize(
      [&] {
        const std::string kept = std::exchange(browser.cookies[kSessionCookie], "");
        const std::string url = field(browser.get("/oauth/login"), "Location");
        browser.cookies[kSessionCookie] = kept;
        return url;
      }());
  ASSERT_EQ(browser.get("/oauth/callback?" + back).status, 302);
  EXPECT_NE(browser.cookies[kSessionCookie], first);
  EXPECT_EQ(site.sessions(), 1);
  EXPECT_FALSE(site.resolver->resolve_session(SecretString(std::string_view(first)), site.clock.now()));
}

TEST(Session, IsNeverTheOneThatAnAttackerPlantedN23) {
  Site site;
  Browser browser(site);
  browser.cookies[kSessionCookie] = std::string(43, 'A');
  ASSERT_EQ(browser.sign_in().status, 302);
  EXPECT_NE(browser.cookies[kSessionCookie], std::string(43, 'A'));
}

// Whatever a sign-in leaves behind counts for what it was made for, and nowhere else.
TEST(EntranceMatrix, TakesNothingOfASignInInTheWrongPlaceL23L25N16) {
  Site site;
  Browser begun(site), browser(site);
  const std::string url = field(begun.get("/oauth/login"), "Location");
  const std::string state = parameter(url, "state");
  ASSERT_EQ(browser.sign_in().status, 302);
  const std::string session = browser.cookies[kSessionCookie];
  const std::string id_token = site.provider.id_token();
  for (const std::string& other : {state, parameter(url, "nonce"), begun.cookies[kLoginCookie],
                                   parameter(url, "code_challenge"), id_token, std::string("code-1"),
                                   std::string("access-1"), std::string("sid-1")}) {
    EXPECT_FALSE(site.resolver->resolve_session(SecretString(std::string_view(other)), site.clock.now()))
        << other;
  }
  for (const std::string& other : {session, begun.cookies[kLoginCookie], id_token}) {
    EXPECT_EQ(begun.get("/oauth/callback?code=code-1&state=" + other).status, 400);
  }
  for (const std::string& other : {session, state, begun.cookies[kLoginCookie], id_token}) {
    EXPECT_EQ(begun.post("/oauth/backchannel-logout", "logout_token=" + other, {}).status, 400);
  }
  begun.cookies[kLoginCookie] = session;
  EXPECT_EQ(begun.get("/oauth/callback?" + site.provider.authorize(url)).status, 400);
  EXPECT_EQ(site.sessions(), 1);
}

TEST(Session, TokensAndStatesAreAllDifferentN38) {
  Site site;
  std::vector<std::string> seen;
  for (int i = 0; i < 50; ++i) {
    Browser browser(site);
    const std::string url = field(browser.get("/oauth/login"), "Location");
    for (const char* name : {"state", "nonce", "code_challenge"}) seen.push_back(parameter(url, name));
    seen.push_back(browser.cookies[kLoginCookie]);
  }
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
}

TEST(Redirect, ToAnotherSiteIsRefusedAtTheStartAndAtTheEndN34) {
  Site site;
  for (const std::string& rd : kBadRedirects) {
    Browser browser(site);
    EXPECT_EQ(field(browser.sign_in(rd), "Location"), "https://app.test/") << rd;
  }
}

TEST(Redirect, IgnoresTargetLinkUriM12) {
  Site site;
  Browser browser(site);
  const std::string url = field(
      browser.get("/oauth/login?target_link_uri=https%3A%2F%2Fevil.test&iss=https%3A%2F%2Fevil.test"),
      "Location");
  EXPECT_TRUE(url.starts_with("https://idp.test/auth?"));
  EXPECT_EQ(field(browser.get("/oauth/callback?" + site.provider.authorize(url)), "Location"),
            "https://app.test/");
}

TEST(RedirectUri, IsThatOfTheConfiguredHostAndNoOtherN35) {
  Site site;
  Browser browser(site);
  browser.host = "other.test";
  EXPECT_EQ(parameter(field(browser.get("/oauth/login"), "Location"), "redirect_uri"),
            "https://other.test:8443/oauth/callback");
  for (const char* host : {"evil.test", "app.test.evil.test", "app.test@evil.test", "app.test,evil.test",
                           "app.test evil.test", ""}) {
    browser.host = host;
    const model::Answer answer = browser.get("/oauth/login");
    EXPECT_EQ(answer.status, 400) << host;
    EXPECT_EQ(field(answer, "Location"), "(absent)") << host;
  }
  browser.host = "app.test";
  const model::Answer forwarded = browser.get(
      "/oauth/login", {"HTTP_X_FORWARDED_HOST=evil.test", "HTTP_FORWARDED=host=evil.test"});
  EXPECT_EQ(parameter(field(forwarded, "Location"), "redirect_uri"),
            "https://app.test/oauth/callback");
}

TEST(Log, HoldsNoSecretOfTheSignInN28) {
  Site site;
  Browser browser(site);
  ASSERT_EQ(browser.sign_in().status, 302);
  for (const std::string& secret : {std::string("code-1"), std::string("access-1"), std::string("s:e c/ret"),
                                    browser.cookies[kSessionCookie], site.provider.nonce}) {
    EXPECT_FALSE(site.log_text.contains(secret)) << secret;
  }
  EXPECT_TRUE(site.log_text.contains("signed_in"));
}

TEST(Login, ShowsWhoIsSignedInAlreadyC4) {
  Site site;
  Browser browser(site);
  ASSERT_EQ(browser.sign_in().status, 302);
  const model::Answer answer = browser.get("/oauth/login?rd=/deep");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body.contains("alice"));
  EXPECT_TRUE(answer.body.contains("href=\"/deep\""));
}

}  // namespace
}  // namespace latchkey::testing
