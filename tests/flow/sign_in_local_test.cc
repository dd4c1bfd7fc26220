// Signing in by the form, with a name and password of the users file.
#include <gtest/gtest.h>

#include "sign_in_site.h"
#include "support/redirect_corpus.h"
#include "support/results.h"

namespace latchkey::testing {
namespace {

void local_only(config::Config& config) {
  config.providers.clear();
  config.local.users_file = shared_directory() + "/users";
}

std::string filled(const model::Answer& form, const std::string& user, const std::string& password) {
  const std::vector<wire::FormField> fields{
      {"state", Browser::hidden(form, "state")}, {"username", user}, {"password", password}};
  return wire::form_encode(fields);
}

TEST(Form, SignsInWithARightPassword) {
  Site site(local_only);
  Browser browser(site);
  const model::Answer form = browser.get("/oauth/login?rd=/deep");
  ASSERT_EQ(form.status, 200);
  const model::Answer answer = browser.post("/oauth/login", filled(form, "bob", "bob-pw"));
  EXPECT_EQ(answer.status, 303) << answer.body;
  EXPECT_EQ(field(answer, "Location"), "https://app.test/deep");
  const auto identity = site.resolver->resolve_session(
      SecretString(std::string_view(browser.cookies[kSessionCookie])), site.clock.now());
  ASSERT_TRUE(identity.has_value());
  EXPECT_EQ(identity->profile().user_name, "bob");
}

TEST(Form, LeadsToNoTargetOfTheCorpusN34) {
  Site site(local_only);
  for (const std::string& rd : kBadRedirects) {
    Browser browser(site);
    const model::Answer form = browser.get("/oauth/login?rd=" + wire::url_encode(rd));
    const model::Answer answer = browser.post("/oauth/login", filled(form, "bob", "bob-pw"));
    EXPECT_EQ(field(answer, "Location"), "https://app.test/") << rd;
  }
}

TEST(Form, AnswersAWrongPasswordAnUnknownUserAndAnEmptyPasswordAlike) {
  std::vector<std::string> bodies;
  for (const auto& [user, password] : std::vector<std::pair<std::string, std::string>>{
           {"bob", "wrong"}, {"eve", "bob-pw"}, {"bob", ""}, {"eve", ""}}) {
    Site site(local_only);
    Browser browser(site);
    const model::Answer answer =
        browser.post("/oauth/login", filled(browser.get("/oauth/login"), user, password));
    EXPECT_EQ(answer.status, 403) << user;
    EXPECT_EQ(field(answer, "WWW-Authenticate"), "(absent)");
    EXPECT_TRUE(answer.body.contains("The user name or the password is wrong."));
    EXPECT_FALSE(browser.cookies.contains(kSessionCookie));
    EXPECT_FALSE(answer.body.contains("bob-pw"));
    EXPECT_FALSE(site.log_text.contains("bob-pw"));
  }
}

TEST(Form, IsThrottledWithRetryAfter) {
  Site site(local_only);
  Browser browser(site);
  model::Answer answer;
  for (int i = 0; i <= store::kNameFailuresFree; ++i) {
    answer = browser.post("/oauth/login", filled(browser.get("/oauth/login"), "bob", "wrong"));
  }
  EXPECT_EQ(answer.status, 429);
  EXPECT_GE(std::stoi(field(answer, "Retry-After")), 1);
  // Even the right password is not looked at for now.
  EXPECT_EQ(browser.post("/oauth/login", filled(browser.get("/oauth/login"), "bob", "bob-pw")).status,
            429);
  site.clock.advance(store::kAttemptWaitMax);
  EXPECT_EQ(browser.post("/oauth/login", filled(browser.get("/oauth/login"), "bob", "bob-pw")).status,
            303);
}

TEST(Form, RefusesAPostFromAnotherSiteO1C5L12) {
  const std::vector<Browser::More> proofs{
      {},
      {"HTTP_SEC_FETCH_SITE=cross-site"},
      {"HTTP_SEC_FETCH_SITE=same-site"},
      {"HTTP_SEC_FETCH_SITE=none"},
      {"HTTP_ORIGIN=https://evil.test"},
      {"HTTP_ORIGIN=null"},
      {"HTTP_SEC_FETCH_SITE=cross-site", "HTTP_ORIGIN=https://app.test"}};
  for (const Browser::More& proof : proofs) {
    Site site(local_only);
    Browser browser(site);
    const std::string form = filled(browser.get("/oauth/login"), "bob", "bob-pw");
    EXPECT_EQ(browser.post("/oauth/login", form, proof).status, 403);
    EXPECT_EQ(site.sessions(), 0);
  }
}

TEST(Form, TakesTheOriginWhereABrowserSendsNoFetchMetadata) {
  Site site(local_only);
  Browser browser(site);
  const std::string form = filled(browser.get("/oauth/login"), "bob", "bob-pw");
  EXPECT_EQ(browser.post("/oauth/login", form, {"HTTP_ORIGIN=https://app.test"}).status, 303);
}

TEST(Form, OfAnotherBrowserIsRefusedO1L15) {
  Site site(local_only);
  Browser attacker(site), victim(site);
  const std::string form = filled(attacker.get("/oauth/login"), "bob", "bob-pw");
  victim.get("/oauth/login");
  EXPECT_EQ(victim.post("/oauth/login", form).status, 403);
  EXPECT_EQ(site.sessions(), 0);
}

TEST(Form, WithoutItsStateOrWithThatOfAProviderIsRefusedL22) {
  Site site([](config::Config& config) { config.local.users_file = shared_directory() + "/users"; });
  Browser browser(site);
  browser.get("/oauth/login");
  EXPECT_EQ(browser.post("/oauth/login", "username=bob&password=bob-pw").status, 403);
  const std::string url = field(browser.get("/oauth/login?provider=idp"), "Location");
  const auto state = wire::Form::parse(url.substr(url.find('?') + 1))->single("state")->value_or("");
  EXPECT_EQ(browser.post("/oauth/login", "username=bob&password=bob-pw&state=" + state).status, 403);
  EXPECT_EQ(site.sessions(), 0);
}

TEST(Form, MakesAtMostOneSessionO1) {
  Site site(local_only);
  Browser browser(site);
  const std::string form = filled(browser.get("/oauth/login"), "bob", "bob-pw");
  ASSERT_EQ(browser.post("/oauth/login", form).status, 303);
  EXPECT_EQ(browser.post("/oauth/login", form).status, 400);
}

TEST(Form, ThatWasOpenForTooLongIsShownAgain) {
  Site site(local_only);
  Browser browser(site);
  const std::string form = filled(browser.get("/oauth/login?rd=/deep"), "bob", "bob-pw");
  site.clock.advance(provider::kLoginStateLifetime);
  const model::Answer answer = browser.post("/oauth/login", form);
  EXPECT_EQ(answer.status, 403);
  EXPECT_NE(Browser::hidden(answer, "state"), "");
}

TEST(Form, RefusesRepeatedFieldsAndOtherBodiesM25) {
  Site site(local_only);
  Browser browser(site);
  const std::string form = filled(browser.get("/oauth/login"), "bob", "bob-pw");
  for (const char* more : {"&state=x", "&username=x", "&password=x"}) {
    EXPECT_EQ(browser.post("/oauth/login", form + more).status, 400) << more;
  }
  EXPECT_EQ(browser.send("POST", "/oauth/login", form,
                         {"CONTENT_TYPE=text/plain", "HTTP_SEC_FETCH_SITE=same-origin"}).status,
            400);
  EXPECT_EQ(browser.post("/oauth/login", std::string(pages::kBodyBytesMax + 1, 'a')).status, 413);
}

TEST(Form, EscapesTheUserNameM4) {
  Site site(local_only);
  Browser browser(site);
  const model::Answer answer = browser.post(
      "/oauth/login", filled(browser.get("/oauth/login"), "\"><script>alert(1)</script>", "x"));
  EXPECT_FALSE(answer.body.contains("<script"));
  EXPECT_FALSE(field(answer, "Content-Security-Policy").contains("unsafe"));
  EXPECT_TRUE(field(answer, "Content-Security-Policy").contains("frame-ancestors 'none'"));
}

TEST(Chooser, OffersProvidersAndTheForm) {
  Site site([](config::Config& config) { config.local.users_file = shared_directory() + "/users"; });
  Browser browser(site);
  const model::Answer answer = browser.get("/oauth/login?rd=/deep");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body.contains("Continue with Test provider"));
  EXPECT_TRUE(answer.body.contains("provider=idp"));
  EXPECT_TRUE(answer.body.contains("type=\"password\""));
  EXPECT_EQ(browser.get("/oauth/login?provider=idp").status, 302);
  EXPECT_EQ(browser.get("/oauth/login?provider=other").status, 400);
  EXPECT_EQ(browser.get("/oauth/login?provider=idp&provider=idp").status, 400);
}

TEST(Strangers, StoreNothingByBeginningSignInsN25) {
  Site site(local_only);
  for (int i = 0; i < 200; ++i) Browser(site).get("/oauth/login?rd=/deep");
  EXPECT_EQ(site.sessions(), 0);
  EXPECT_EQ(site.store.accounts().list(AccountId())->size(), 0u);
  EXPECT_EQ(site.store.admin().purge_expired(kStart + std::chrono::hours(24))->login_states, 0);
}

}  // namespace
}  // namespace latchkey::testing
