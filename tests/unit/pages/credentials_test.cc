// /cli/credentials: what makes, shows and revokes a credential, and what must not.
#include "credentials_site.h"

namespace latchkey::pages {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Credentials : public CredentialsTest {};

TEST_F(Credentials, VisitOfAProgramIssuesOneThatWorks) {
  const PageResult result = serve(request("GET", "", anna_.cookie));
  ASSERT_EQ(result.answer.status, 200) << result.detail;
  EXPECT_EQ(header(result.answer, "Content-Type"), "application/json; charset=utf-8");
  const wire::Json json = *wire::Json::parse(result.answer.body, kBodyBytesMax);
  EXPECT_EQ(*json.string("username"), "anna");
  EXPECT_EQ(*json.string("expires"), "2027-11-21T22:26:40Z");
  const model::Step<model::Identity> identity = use(*json.string("password"));
  ASSERT_TRUE(identity.has_value());
  EXPECT_EQ(identity->profile().user_name, "anna");
  EXPECT_EQ(identity->credential().text(), *json.string("id"));
}

TEST_F(Credentials, EachVisitGivesAnotherOne) {
  EXPECT_NE(issue_one(), issue_one());
  EXPECT_EQ(records_of(anna_), 2u);
}

TEST_F(Credentials, TokenHasTheClaimsOfTheContract) {
  const std::string token = *issued(request("GET", "", anna_.cookie)).string("password");
  const crypto::UnverifiedToken parsed = *crypto::UnverifiedToken::parse(token);
  const crypto::KeyRing ring = *crypto::KeyDirectory(root_ + "/keys").public_keys();
  const crypto::VerifiedToken verified = *ring.find(parsed.key_id())->verify(parsed);
  const wire::Json& claims = verified.claims();
  EXPECT_EQ(parsed.algorithm(), "RS256");
  EXPECT_EQ(parsed.type(), "JWT");
  EXPECT_EQ(*claims.string("uid"), "anna");
  EXPECT_EQ(*claims.string("iss"), "https://sso.example");
  EXPECT_EQ(*claims.string("sub"), anna_.account.id.text());
  EXPECT_EQ(*claims.string("token_use"), "credential");
  EXPECT_EQ(*claims.strings("aud"), (std::vector<std::string>{"sso.example", "docker.example"}));
  EXPECT_EQ(*claims.integer("iat"), to_unix(now_));
  EXPECT_EQ(*claims.integer("exp"), to_unix(now_ + std::chrono::days(365)));
}

TEST_F(Credentials, PageForABrowserIssuesNothing) {
  PageRequest asked = request("GET", "", anna_.cookie);
  asked.query.hints.accept = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
  const PageResult result = serve(asked);
  EXPECT_EQ(result.answer.status, 200);
  EXPECT_THAT(result.answer.body, HasSubstr("Signed in as <strong>anna</strong>"));
  EXPECT_EQ(header(result.answer, "Vary"), "Accept");
  EXPECT_EQ(records_of(anna_), 0u);
}

TEST_F(Credentials, HeadIssuesNothing) {
  EXPECT_EQ(serve(request("HEAD", "", anna_.cookie)).answer.body, "");
  EXPECT_EQ(records_of(anna_), 0u);
}

TEST_F(Credentials, PrefetchIssuesNothing) {
  PageRequest asked = request("GET", "", anna_.cookie);
  asked.query.hints.is_prefetch = true;
  EXPECT_EQ(serve(asked).answer.status, 403);
  EXPECT_EQ(records_of(anna_), 0u);
}

// An image or a script that somebody put into a page of the application.
TEST_F(Credentials, VisitByMarkupIssuesNothingC5) {
  PageRequest asked = request("GET", "", anna_.cookie);
  asked.query.hints.sec_fetch_site = "same-origin";
  asked.query.hints.sec_fetch_mode = "no-cors";
  EXPECT_EQ(serve(asked).answer.status, 403);
  EXPECT_EQ(records_of(anna_), 0u);
}

TEST_F(Credentials, VisitFromAnotherSiteIssuesNothingC5) {
  for (const char* site : {"cross-site", "same-site", "nonsense"}) {
    PageRequest asked = request("GET", "", anna_.cookie);
    asked.query.hints.sec_fetch_site = site;
    const PageResult result = serve(asked);
    EXPECT_EQ(result.answer.status, 403) << site;
    EXPECT_EQ(result.reason, "cross_site");
  }
  EXPECT_EQ(records_of(anna_), 0u);
}

TEST_F(Credentials, VisitFromASiblingSiteInABrowserWithoutFetchMetadataIssuesNothingC5) {
  for (const char* origin : {"https://evil.example", "https://sub.sso.example", "null"}) {
    PageRequest asked = request("GET", "", anna_.cookie);
    asked.query.hints.origin = origin;
    EXPECT_EQ(serve(asked).answer.status, 403) << origin;
  }
  EXPECT_EQ(records_of(anna_), 0u);
}

TEST_F(Credentials, VisitTypedByThePersonIssues) {
  for (const char* site : {"", "none", "same-origin"}) {
    PageRequest asked = request("GET", "", anna_.cookie);
    asked.query.hints.sec_fetch_site = site;
    EXPECT_EQ(serve(asked).answer.status, 200) << site;
  }
}

TEST_F(Credentials, UnacceptableMediaIssuesNothing) {
  PageRequest asked = request("GET", "", anna_.cookie);
  asked.query.hints.accept = "image/png";
  EXPECT_EQ(serve(asked).answer.status, 406);
  EXPECT_EQ(records_of(anna_), 0u);
}

TEST_F(Credentials, NavigationWithoutASessionIsSentToSignIn) {
  PageRequest asked = request("GET", "", "");
  asked.query.hints.accept = "text/html";
  asked.query.hints.sec_fetch_mode = "navigate";
  const PageResult result = serve(asked);
  EXPECT_EQ(result.answer.status, 302);
  EXPECT_THAT(header(result.answer, "Location"), StartsWith("https://sso.example/oauth/login?rd="));
}

TEST_F(Credentials, ProgramWithoutASessionGetsA401) {
  const PageResult result = serve(request("GET", "", ""));
  EXPECT_EQ(result.answer.status, 401);
  EXPECT_FALSE(header(result.answer, "WWW-Authenticate").empty());
}

TEST_F(Credentials, CredentialAloneCannotMakeAnotherOne) {
  const std::string token = *issued(request("GET", "", anna_.cookie)).string("password");
  PageRequest asked = request("GET", "", "");
  asked.query.authorization = SecretString("Bearer " + token);
  const PageResult result = serve(asked);
  EXPECT_EQ(result.answer.status, 403);
  EXPECT_THAT(result.answer.body, HasSubstr("session_required"));
  EXPECT_EQ(records_of(anna_), 1u);
}

TEST_F(Credentials, CredentialOfSomebodyElseBesideTheSessionIsRefused) {
  const std::string token = *issued(request("GET", "", anna_.cookie)).string("password");
  PageRequest asked = request("GET", "", eve_.cookie);
  asked.query.authorization = SecretString("Bearer " + token);
  EXPECT_EQ(serve(asked).answer.status, 403);
  EXPECT_EQ(records_of(eve_), 0u);
}

TEST_F(Credentials, BadAuthorizationBesideASessionIsRefused) {
  PageRequest asked = request("GET", "", anna_.cookie);
  asked.query.authorization = SecretString(std::string("Bearer nonsense"));
  EXPECT_EQ(serve(asked).answer.status, 401);
  EXPECT_EQ(records_of(anna_), 0u);
}

TEST_F(Credentials, TwoSessionCookiesAreRefusedAndCleared) {
  PageRequest asked = request("GET", "", anna_.cookie);
  asked.query.cookies += "; __Host-latchkey=" + eve_.cookie;
  const PageResult result = serve(asked);
  EXPECT_EQ(result.reason, "duplicate_cookie");
  EXPECT_EQ(result.answer.status, 400);
  EXPECT_THAT(header(result.answer, "Set-Cookie"), StartsWith("__Host-latchkey="));
}

TEST_F(Credentials, JsonPostCreatesWhatItAsksFor) {
  const PageResult result =
      serve(json_post("", R"({"label": "build server", "lifetime": 30, "scopes": ["read"]})"));
  ASSERT_EQ(result.answer.status, 201) << result.answer.body;
  const std::vector<model::IssuedCredential> records =
      *store_.credentials().list(anna_.account.id, CredentialId());
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].label, "build server");
  EXPECT_EQ(records[0].scopes, std::vector<std::string>{"read"});
  EXPECT_EQ(records[0].expires, now_ + std::chrono::days(30));
}

TEST_F(Credentials, JsonPostWithoutAProofIsRefusedC5) {
  struct Case {
    const char* site;
    const char* origin;
  };
  for (const Case& sent : {Case{"", ""}, Case{"cross-site", ""}, Case{"same-site", ""},
                           Case{"none", ""}, Case{"", "https://evil.test"}, Case{"", "null"},
                           Case{"cross-site", "https://sso.example"}}) {
    PageRequest asked = json_post("", "{}");
    asked.query.hints.sec_fetch_site = sent.site;
    asked.query.hints.origin = sent.origin;
    const PageResult result = serve(asked);
    EXPECT_EQ(result.answer.status, 403) << sent.site << sent.origin;
    EXPECT_EQ(header(result.answer, "Content-Type"), "application/problem+json");
  }
  EXPECT_EQ(records_of(anna_), 0u);
}

TEST_F(Credentials, JsonPostFromOurOwnOriginIsTaken) {
  PageRequest asked = json_post("", "{}");
  asked.query.hints.sec_fetch_site = "";
  asked.query.hints.origin = "https://sso.example";
  EXPECT_EQ(serve(asked).answer.status, 201);
}

TEST_F(Credentials, MisspelledMemberIsNoDefault) {
  EXPECT_EQ(serve(json_post("", R"({"lifetme": 1})")).answer.status, 400);
  EXPECT_EQ(serve(json_post("", R"({"lifetime": "1"})")).answer.status, 400);
  EXPECT_EQ(serve(json_post("", R"([1])")).answer.status, 400);
  EXPECT_EQ(records_of(anna_), 0u);
}

TEST_F(Credentials, LifetimeStaysWithinItsLimit) {
  // The last two are 6 days, each in 32 bits.
  for (const char* body : {R"({"lifetime": 0})", R"({"lifetime": 366})", R"({"lifetime": 1e18})",
                           R"({"lifetime": -1})", R"({"lifetime": -4294967290})",
                           R"({"lifetime": 4294967302})"}) {
    EXPECT_EQ(serve(json_post("", body)).answer.status, 400) << body;
  }
  EXPECT_EQ(records_of(anna_), 0u);
}

TEST_F(Credentials, LabelAndScopesAreChecked) {
  EXPECT_EQ(serve(json_post("", "{\"label\": \"" + std::string(101, 'x') + "\"}")).answer.status, 400);
  for (const char* unfit : {"\\u001b[2J", "\\u0085", "\\u202e", "\\u2028", "\\u200b", "\\ufeff"}) {
    EXPECT_EQ(serve(json_post("", std::string(R"({"label": "a)") + unfit + "b\"}")).answer.status, 400) << unfit;
  }
  EXPECT_EQ(serve(json_post("", R"({"scopes": ["everything"]})")).answer.status, 400);
  EXPECT_EQ(records_of(anna_), 0u);
}

TEST_F(Credentials, LabelsMayBeOfAnyLanguage) {
  const char* const label = R"({"label": "B\u00fcro \u2013 Gr\u00fc\u00dfe \u2030 \u65e5\u672c"})";
  EXPECT_EQ(serve(json_post("", label)).answer.status, 201);
}

TEST_F(Credentials, BodyOfAnotherTypeIsRefused) {
  PageRequest asked = json_post("", "{}");
  asked.content_type = "text/plain";
  EXPECT_EQ(serve(asked).answer.status, 415);
}

// What curl sends unless it is told otherwise: an answer about forms would lead nowhere.
TEST_F(Credentials, JsonThatCallsItselfAFormIsToldItsType) {
  PageRequest asked = json_post("", R"({"label": "ci"})");
  asked.content_type = "application/x-www-form-urlencoded";
  const PageResult result = serve(asked);
  EXPECT_EQ(result.answer.status, 415);
  EXPECT_TRUE(result.answer.body.contains("Send Content-Type: application/json"))
      << result.answer.body;
}

TEST_F(Credentials, NobodyHoldsMoreThanTheLimit) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(serve(json_post("", "{}")).answer.status, 201);
  const PageResult result = serve(json_post("", "{}"));
  EXPECT_EQ(result.answer.status, 409);
  EXPECT_EQ(result.reason, "credential_limit");
  EXPECT_EQ(serve(request("GET", "", eve_.cookie)).answer.status, 200);
}

TEST_F(Credentials, FormShowsTheSecretOnceWithSnippets) {
  const PageResult result = serve(form_post("", {{"label", "laptop"}, {"lifetime", "7"}}));
  ASSERT_EQ(result.answer.status, 200) << result.answer.body;
  EXPECT_THAT(result.answer.body,
              HasSubstr("docker login docker.example --username &apos;anna&apos;"));
  EXPECT_THAT(result.answer.body, HasSubstr("realm=nexus-proxy"));
  EXPECT_LT(result.answer.body.size(), 20'000u);
}

TEST_F(Credentials, FormForAnEmptyLifetimeTakesTheDefault) {
  EXPECT_EQ(serve(form_post("", {{"lifetime", ""}})).answer.status, 200);
  EXPECT_EQ((*store_.credentials().list(anna_.account.id, CredentialId()))[0].expires,
            now_ + std::chrono::days(365));
}

TEST_F(Credentials, FormWithAnErrorShowsWhatWasTyped) {
  const PageResult result = serve(form_post("", {{"label", "my \"laptop\""}, {"lifetime", "999"}}));
  EXPECT_EQ(result.answer.status, 400);
  EXPECT_THAT(result.answer.body, HasSubstr("between 1 and 365 days"));
  EXPECT_THAT(result.answer.body, HasSubstr("my &quot;laptop&quot;"));
}

TEST_F(Credentials, FormOfAnotherSessionIsRefusedL12) {
  PageRequest asked = form_post("", {{"label", "x"}});
  asked.query.cookies = "__Host-latchkey=" + eve_.cookie;  // the token is anna's
  const PageResult result = serve(asked);
  EXPECT_EQ(result.answer.status, 403);
  EXPECT_EQ(result.reason, "stale_form");
  EXPECT_EQ(records_of(eve_), 0u);
}

TEST_F(Credentials, FormWithoutTokenOrProofIsRefusedC5) {
  PageRequest bare = request("POST", "", anna_.cookie);
  bare.content_type = "application/x-www-form-urlencoded";
  bare.query.hints.sec_fetch_site = "same-origin";
  bare.body = "label=x&form_token=";
  EXPECT_EQ(serve(bare).answer.status, 403);
  PageRequest cross = form_post("", {{"label", "x"}});
  cross.query.hints.sec_fetch_site = "cross-site";
  EXPECT_EQ(serve(cross).answer.status, 403);
  PageRequest unknown = form_post("", {{"label", "x"}});
  unknown.query.hints.sec_fetch_site = "";
  EXPECT_EQ(serve(unknown).answer.status, 403);
  EXPECT_EQ(records_of(anna_), 0u);
}

TEST_F(Credentials, GetNeverRevokesL12) {
  const std::string id = issue_one();
  EXPECT_EQ(serve(request("GET", "/" + id + "/revoke", anna_.cookie)).answer.status, 405);
  EXPECT_FALSE(store_.credentials().find(CredentialId(id))->credential.revoked);
}

TEST_F(Credentials, SecretStandsInNoHeaderAndNoLogLineN28) {
  const PageResult by_get = serve(request("GET", "", anna_.cookie));
  const std::string token =
      *wire::Json::parse(by_get.answer.body, kBodyBytesMax)->string("password");
  ASSERT_THAT(token, StartsWith("eyJ"));
  const PageResult by_form = serve(form_post("", {{"label", "x"}}));
  for (const PageResult* result : {&by_get, &by_form}) {
    for (const model::Header& field : result->answer.headers) {
      EXPECT_THAT(field.value.text(), Not(HasSubstr("eyJ"))) << field.name;
    }
    EXPECT_THAT(result->detail + result->reason + result->user, Not(HasSubstr("eyJ")));
    EXPECT_EQ(header(result->answer, "Location"), "");
    EXPECT_EQ(header(result->answer, "Cache-Control"), "no-store");
  }
}

TEST_F(Credentials, AnswerIsNeverKeptNorFramedC6C7) {
  PageRequest page = request("GET", "", anna_.cookie);
  page.query.hints.accept = "text/html";
  for (const PageRequest& asked : {request("GET", "", anna_.cookie), json_post("", "{}")}) {
    const model::Answer answer = serve(asked).answer;
    EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
    EXPECT_EQ(header(answer, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(header(answer, "X-Frame-Options"), "DENY");
  }
  EXPECT_THAT(header(serve(page).answer, "Content-Security-Policy"),
              HasSubstr("frame-ancestors 'none'"));
}

TEST_F(Credentials, ListAndMetadataHoldNoTokenN32) {
  const std::string id = issue_one();
  PageRequest page = request("GET", "", anna_.cookie);
  page.query.hints.accept = "text/html";
  EXPECT_THAT(serve(page).answer.body, Not(HasSubstr("eyJ")));
  const PageResult one = serve(request("GET", "/" + id, anna_.cookie));
  EXPECT_EQ(one.answer.status, 200);
  EXPECT_THAT(one.answer.body, HasSubstr("\"state\":\"live\""));
  EXPECT_THAT(one.answer.body, Not(HasSubstr("eyJ")));
}

TEST_F(Credentials, LabelOnThePageIsTextL10) {
  ASSERT_EQ(serve(json_post("", R"({"label": "<script>alert(1)</script>"})")).answer.status, 201);
  PageRequest page = request("GET", "", anna_.cookie);
  page.query.hints.accept = "text/html";
  const std::string html = serve(page).answer.body;
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
}

TEST_F(Credentials, PageShowsTheNewestBehindMoreThanOneReadOfTheStore) {
  model::IssuedCredential old;
  old.account = anna_.account.id;
  old.epoch = anna_.account.credential_epoch;
  old.created = now_;
  old.expires = now_ - Seconds(1);
  for (std::uint32_t i = 0; i < store::kListRowsMax; ++i) {
    old.id = CredentialId(make_uuid_v7(now_, random_));
    ASSERT_THAT(store_.credentials().issue(old, 2 * store::kListRowsMax, kSomebody), IsOk());
  }
  old.id = CredentialId(make_uuid_v7(now_ + Seconds(1), random_));
  old.expires = now_ + std::chrono::hours(24);
  ASSERT_THAT(store_.credentials().issue(old, 2 * store::kListRowsMax, kSomebody), IsOk());
  PageRequest asked = request("GET", "", anna_.cookie);
  asked.query.hints.accept = "text/html";
  EXPECT_THAT(serve(asked).answer.body, HasSubstr(old.id.text()));
}

class ManyCredentials : public Credentials {
 protected:
  static constexpr std::uint32_t kMany = 100;  // per_user_max unless configured

  void hold(const model::Account& account, const std::string& label,
            const std::vector<std::string>& scopes, TimePoint expires) {
    model::IssuedCredential record;
    record.id = CredentialId(make_uuid_v7(now_, random_));
    record.account = account.id;
    record.epoch = account.credential_epoch;
    record.label = label;
    record.scopes = scopes;
    record.created = now_;
    record.expires = expires;
    ASSERT_THAT(store_.credentials().issue(record, 3 * kMany, kSomebody), IsOk());
    ASSERT_THAT(store_.credentials().touch(record.id, now_, "192.0.2.1", agent_), IsOk());
    ids_.push_back(record.id.text());
  }
  void hold_many(const std::string& label, const std::vector<std::string>& scopes) {
    model::Profile profile;
    profile.user_name = "ci-bot";
    const auto machine = store_.machines().create(profile, anna_.account.id, std::nullopt, now_, random_, kSomebody);
    ASSERT_THAT(machine, IsOk());
    for (std::uint32_t i = 0; i < kMany; ++i) {
      hold(anna_.account, label, scopes, now_ + std::chrono::hours(24));
      hold(*machine, label, scopes, now_ + std::chrono::hours(24));
    }
    const std::vector<std::string> living = ids_;
    for (int i = 0; i < 20; ++i) hold(anna_.account, label, scopes, now_ - Seconds(1));
    ids_ = living;
  }

  // Goes through the pages by their links, as a person would. Returns how many of them there are.
  int walk() {
    std::string all;
    int pages = 0;
    for (std::string query; pages == 0 || !query.empty();) {
      const std::string page = shown(anna_, query);

      EXPECT_LT(page.size(), 20'000U) << query;
      EXPECT_EQ(page.find("name=\"label\"") != std::string::npos, pages == 0) << "the form";
      all += page;
      ++pages;
      const std::size_t next = page.find("\" rel=\"next\"");
      query = next == std::string::npos ? "" : "page=" + std::to_string(pages + 1);
      EXPECT_TRUE(query.empty() || page.substr(0, next).ends_with("?" + query));
    }
    for (const std::string& id : ids_) {
      const std::size_t first = all.find(id + "/revoke");
      EXPECT_NE(first, std::string::npos);
      EXPECT_EQ(all.find(id + "/revoke", first + 1), std::string::npos) << "twice";
    }
    return pages;
  }

  std::string agent_ = "Apache-Maven/3.8.7 (Java 17.0.9; Linux 6.1)";
  std::vector<std::string> ids_;
};

TEST_F(ManyCredentials, StandOnSmallPages) {
  hold_many("laptop", {"read"});
  EXPECT_LT(walk(), 25);
  EXPECT_THAT(shown(anna_, "page=2"), HasSubstr("Page 2 of "));
  EXPECT_THAT(shown(anna_, "page=99999"), Not(HasSubstr("rel=\"next\"")));
  EXPECT_THAT(shown(anna_, "page=-1"), HasSubstr("Page 1 of "));
}

TEST_F(ManyCredentials, StandOnSmallPagesWhateverTheirTexts) {
  agent_ = std::string(200, '"');
  hold_many(std::string(100, '"'), std::vector<std::string>(16, "path:/" + std::string(500, '\'')));
  walk();
  EXPECT_THAT(shown(anna_), HasSubstr(">and 15 more</a>"));
}

TEST_F(ManyCredentials, AreListedWholeForPrograms) {
  hold_many("laptop", {"read"});
  const std::string body = serve(request("GET", "/list", anna_.cookie)).answer.body;
  const auto list = wire::Json::parse(body, 10 * kBodyBytesMax);
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->array("credentials")->size(), kMany + 20U);
  EXPECT_EQ(list->array("machines")->size(), kMany);
}

TEST_F(ManyCredentials, LeadBackToThePageOnWhichOneWasRevoked) {
  hold_many("laptop", {});
  const PageResult result = serve(form_post("/" + ids_.front() + "/revoke", {{"page", "3"}}));
  EXPECT_EQ(header(result.answer, "Location"),
            "https://sso.example/cli/credentials?revoked=" + ids_.front() + "&page=3");
  const std::string page = shown(anna_, "revoked=" + ids_.front() + "&page=3");
  EXPECT_THAT(page, HasSubstr("It is refused from now on."));
  EXPECT_THAT(page, HasSubstr("name=\"page\" value=\"3\""));
}

TEST_F(Credentials, DeleteRevokesAtOnce) {
  const wire::Json json = issued(request("GET", "", anna_.cookie));
  PageRequest asked = request("DELETE", "/" + *json.string("id"), anna_.cookie);
  asked.query.hints.sec_fetch_site = "same-origin";
  EXPECT_EQ(serve(asked).answer.status, 204);
  EXPECT_FALSE(use(*json.string("password")).has_value());
}

TEST_F(Credentials, DeleteWithoutAProofIsRefusedC5) {
  const std::string id = issue_one();
  EXPECT_EQ(serve(request("DELETE", "/" + id, anna_.cookie)).answer.status, 403);
  EXPECT_FALSE(store_.credentials().find(CredentialId(id))->credential.revoked);
}

TEST_F(Credentials, FormRevokesAndLeadsBackToTheList) {
  const std::string id = issue_one();
  const PageResult result = serve(form_post("/" + id + "/revoke", {}));
  EXPECT_EQ(result.answer.status, 303);
  EXPECT_EQ(header(result.answer, "Location"),
            "https://sso.example/cli/credentials?revoked=" + id);
  EXPECT_THAT(shown(anna_, "revoked=" + id), HasSubstr("It is refused from now on."));
}

TEST_F(Credentials, LinkCannotPutANoticeOnThePage) {
  EXPECT_THAT(shown(anna_, "revoked=" + issue_one()), Not(HasSubstr("It is refused from now on.")));
}

TEST_F(Credentials, SomebodyElsesDoesNotExist) {
  const std::string id = issue_one();
  PageRequest asked = request("DELETE", "/" + id, eve_.cookie);
  asked.query.hints.sec_fetch_site = "same-origin";
  EXPECT_EQ(serve(asked).answer.status, 404);
  EXPECT_EQ(serve(request("GET", "/" + id, eve_.cookie)).answer.status, 404);
  EXPECT_FALSE(store_.credentials().find(CredentialId(id))->credential.revoked);
}

TEST_F(Credentials, OddIdsDoNotExist) {
  for (const char* id : {"/x", "/../../etc/passwd", "/%27 or 1", "//", "/revoke"}) {
    EXPECT_EQ(serve(request("GET", id, anna_.cookie)).answer.status, 404) << id;
  }
}

TEST_F(Credentials, MethodsNobodyNamedAreRefused) {
  const PageResult result = serve(request("PUT", "", anna_.cookie));
  EXPECT_EQ(result.answer.status, 405);
  EXPECT_EQ(header(result.answer, "Allow"), "GET, HEAD, POST");
}

TEST_F(Credentials, NothingIsIssuedWithoutASigningKey) {
  config_.credential.key_directory = root_ + "/nowhere";
  const PageResult result = serve(request("GET", "", anna_.cookie));
  EXPECT_EQ(result.answer.status, 503);
  EXPECT_THAT(result.answer.body, Not(HasSubstr("password")));
  EXPECT_EQ(records_of(anna_), 0u);
}

TEST_F(Credentials, NothingIsIssuedWithoutTheStoreC18) {
  std::filesystem::remove_all(root_ + "/state");
  store_.recheck_file();
  const PageResult result = serve(request("GET", "", anna_.cookie));
  EXPECT_EQ(result.answer.status, 503);
  EXPECT_THAT(result.answer.body, Not(HasSubstr("eyJ")));
}

}  // namespace
}  // namespace latchkey::pages
