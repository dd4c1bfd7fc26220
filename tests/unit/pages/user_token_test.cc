// The REST of Nexus' user tokens: tickets, pairs, administration. Clocks stand still.
#include "latchkey/pages/user_token.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "latchkey/crypto/password.h"
#include "latchkey/pages/issue.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json.h"
#include "signed_in_site.h"

namespace latchkey::pages {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr std::string_view kPath = "/rest/internal/current-user/user-token";
constexpr std::string_view kSettings = "/rest/v1/security/user-tokens";

std::string base64(std::string_view text) { return wire::base64_encode(text); }

std::string payload(std::string_view user, std::string_view password) {
  return "{\"u\":\"" + base64(user) + "\",\"p\":\"" + base64(password) + "\"}";
}

std::string member(const model::Answer& answer, const std::string& name) {
  const auto json = wire::Json::parse(answer.body, kBodyBytesMax);
  return json ? json->string(name).value_or("") : "";
}

// anna and eve of the provider, who have no password, bob and root of the users file.
class UserTokenTest : public SiteTest {
 protected:
  UserTokenTest() {
    config_.user_token.enabled = true;
    config_.user_token.administrators = {"root"};
    config_.user_token.administrator_groups = {"token-admins"};
    config_.local.users_file = root_ + "/users";
    config_.local.basic = true;
    if (hash_.empty()) {
      constexpr int kCheap = 4;
      hash_ = *crypto::hash_password(SecretString(std::string_view("s3cret")), random_, kCheap);
    }
    std::ofstream(config_.local.users_file) << "bob:" << hash_ << "\nroot:" << hash_
                                            << "\n";
    ::chmod(config_.local.users_file.c_str(), 0600);
  }

  PageRequest made(const std::string& method, std::string_view below) const {
    PageRequest request = this->request(method, std::string(below), "");
    const std::size_t question = below.find('?');
    if (question != std::string_view::npos) {
      request.query.request.query = below.substr(question + 1);
      request.below = below.substr(0, question);
    }
    request.query.request.path = "/service" + request.below;
    request.content_type = "application/json";
    return request;
  }
  static PageRequest by(PageRequest request, std::string_view user, std::string_view password) {
    request.query.authorization = SecretString(
        "Basic " + base64(std::string(user) + ":" + std::string(password)));
    return request;
  }
  static PageRequest by(PageRequest request, const Person& person) {
    request.query.cookies = "__Host-latchkey=" + person.cookie;
    return request;
  }
  static PageRequest ours(PageRequest request) {  // made by a page of this site
    request.query.hints.sec_fetch_site = "same-origin";
    return request;
  }
  static PageRequest with(PageRequest request, std::string body) {
    request.body = std::move(body);
    return request;
  }

  model::Answer ask(const PageRequest& request) {
    UserTokenPage page(parts(), sealer());
    return page.serve(request).answer;
  }
  int status(const PageRequest& request) { return ask(request).status; }
  static const crypto::Sealer& sealer() {
    static const crypto::Sealer sealer = *crypto::Sealer::load(root_ + "/keys/seal.key");
    return sealer;
  }

  model::Answer authenticate(std::string_view user = "bob", std::string_view password = "s3cret") {
    return ask(by(with(made("POST", "/rest/wonderland/authenticate"), payload(user, password)),
                  user, password));
  }
  std::string ticket(std::string_view user = "bob") { return member(authenticate(user), "t"); }
  static std::string asked_with(std::string_view ticket) {
    return std::string(kPath) + "?authToken=" + wire::url_encode(base64(ticket));
  }
  model::Answer own(const std::string& method = "GET", const std::string& user = "bob") {
    return ask(by(made(method, asked_with(ticket(user))), user, "s3cret"));
  }
  PageRequest as_root(const std::string& method, std::string_view below, std::string body = "") {
    return by(with(made(method, below), std::move(body)), "root", "s3cret");
  }
  void set(const std::string& body) {
    ASSERT_EQ(status(as_root("PUT", kSettings, body)), 200) << body;
  }

  static inline std::string hash_;
};

TEST_F(UserTokenTest, GivesATicketOf66BytesThatIsNeverCached) {
  const model::Answer answer = authenticate();

  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, MatchesRegex(R"(\{"t":"[A-Za-z0-9+/]{88}"\})"));
  EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
}

TEST_F(UserTokenTest, RefusesATicketForSomebodyElsesNameInEveryCase) {
  const auto asked = [&](std::string_view named) {
    return status(by(with(made("POST", "/rest/wonderland/authenticate"), payload(named, "s3cret")),
                     "bob", "s3cret"));
  };
  EXPECT_EQ(asked("bob"), 200);
  for (const char* named : {"root", "Bob", "bob ", "", "BOB"}) EXPECT_EQ(asked(named), 400) << named;
}

TEST_F(UserTokenTest, TellsAWrongPayloadFromAWrongBasicAndFromNone) {
  const auto post = [&](std::string_view password) {
    return with(made("POST", "/rest/wonderland/authenticate"), payload("bob", password));
  };
  EXPECT_EQ(status(by(post("wrong"), "bob", "s3cret")), 403);
  EXPECT_EQ(status(by(post("s3cret"), "bob", "wrong")), 401);
  const model::Answer none = ask(post("s3cret"));
  EXPECT_EQ(none.status, 401);
  EXPECT_THAT(header(none, "WWW-Authenticate"), HasSubstr("Basic"));
}

TEST_F(UserTokenTest, RefusesBodiesThatAreNone) {
  for (const char* body :
       {"", "x", "[]", "{}", R"({"u":"Ym9i"})", R"({"p":"Ym9i"})", R"({"u":"bob","p":"!"})",
        R"({"u":["Ym9i"],"p":"czNjcmV0"})", R"({"u":"Ym9i","u":"Ym9i","p":"czNjcmV0"})",
        R"({"u":null,"p":"czNjcmV0"})", "<authToken><u>Ym9i</u></authToken>", "\xff\xfe"}) {
    EXPECT_EQ(status(by(with(made("POST", "/rest/wonderland/authenticate"), body), "bob",
                        "s3cret")),
              400)
        << body;
  }
}

TEST_F(UserTokenTest, ReadsAndWritesXml) {
  PageRequest request = by(with(made("POST", "/local/usertoken/authenticate"),
                                "<?xml version=\"1.0\"?><authToken><u>Ym9i</u><p>czNjcmV0</p>"
                                "</authToken>"),
                           "bob", "s3cret");
  request.content_type = "application/xml; charset=UTF-8";
  request.query.hints.accept = "application/xml";

  const model::Answer answer = ask(request);

  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(header(answer, "Content-Type"), HasSubstr("application/xml"));
  EXPECT_THAT(answer.body, HasSubstr("<authTicket><t>"));
  request.query.hints.accept = "application/json, application/xml;q=0.5";
  EXPECT_THAT(ask(request).body, HasSubstr("{\"t\":"));
}

TEST_F(UserTokenTest, GivesTheSamePairAtEachFetch) {
  const model::Answer first = own();

  EXPECT_EQ(first.status, 200);
  EXPECT_THAT(member(first, "nameCode"), MatchesRegex("[A-Za-z0-9]{8}"));
  EXPECT_THAT(member(first, "passCode"), MatchesRegex("[A-Za-z0-9_-]{44}"));
  EXPECT_EQ(member(first, "created"), "2026-11-21T22:26:40.000+00:00");
  EXPECT_EQ(header(first, "Cache-Control"), "no-store");
  now_ += Seconds(3600);
  EXPECT_EQ(own().body, first.body);
}

TEST_F(UserTokenTest, TakesEachVersionsPathsAndWaysToSendTheTicket) {
  const std::string first = own().body;
  for (const char* path : {"/rest/wonderland/authenticate", "/siesta/wonderland/authenticate",
                           "/local/usertoken/authenticate"}) {
    EXPECT_EQ(status(by(with(made("POST", path), payload("bob", "s3cret")), "bob", "s3cret")), 200)
        << path;
  }
  for (const char* path : {"/rest/usertoken/current", "/siesta/usertoken/current",
                           "/local/usertoken/current", "/rest/internal/current-user/user-token"}) {
    PageRequest request = by(made("GET", path), "bob", "s3cret");
    request.nexus_ticket = ticket();
    EXPECT_EQ(ask(request).body, first) << path;
    request.nexus_ticket = base64(ticket());
    EXPECT_EQ(ask(request).body, first) << path;
  }
}

TEST_F(UserTokenTest, ATicketIsGoodOnceForTwentySecondsAndForItsOwner) {
  const std::string used = ticket();
  EXPECT_EQ(status(by(made("GET", asked_with(used)), "bob", "s3cret")), 200);
  EXPECT_EQ(status(by(made("GET", asked_with(used)), "bob", "s3cret")), 403);

  const std::string stolen = ticket();
  EXPECT_EQ(status(by(made("GET", asked_with(stolen)), "root", "s3cret")), 403);
  now_ += Seconds(19);
  EXPECT_EQ(status(by(made("GET", asked_with(stolen)), "bob", "s3cret")), 200);

  const std::string old = ticket();
  now_ += Seconds(21);
  EXPECT_EQ(status(by(made("GET", asked_with(old)), "bob", "s3cret")), 403);
}

TEST_F(UserTokenTest, WhatIsNoTicketIsRefusedCleanly) {
  const std::string ticket(88, '+');
  EXPECT_EQ(status(by(made("GET", kPath), "bob", "s3cret")), 403);
  for (const std::string& sent : {std::string("x"), ticket, base64(ticket), std::string("%2B"),
                                  wire::url_encode(ticket), std::string(20000, 'A')}) {
    EXPECT_EQ(status(by(made("GET", std::string(kPath) + "?authToken=" + sent), "bob", "s3cret")),
              403)
        << sent;
  }
  EXPECT_EQ(status(by(made("GET", std::string(kPath) + "?authToken=a&authToken=b"), "bob",
                      "s3cret")),
            400);
  EXPECT_EQ(status(by(made("GET", std::string(kPath) + "?authToken=%"), "bob", "s3cret")), 400);
  PageRequest both = by(made("GET", asked_with(this->ticket())), "bob", "s3cret");
  both.nexus_ticket = this->ticket();
  EXPECT_EQ(status(both), 400);
}

TEST_F(UserTokenTest, PostRenewsAndDeleteResets) {
  const std::string first = own().body;

  const model::Answer renewed = own("POST");
  EXPECT_EQ(renewed.status, 200);
  EXPECT_NE(renewed.body, first);
  EXPECT_EQ(own().body, renewed.body);
  EXPECT_EQ(own("DELETE").status, 204);
  EXPECT_EQ(own("DELETE").status, 404);
  EXPECT_NE(own().body, renewed.body);
}

TEST_F(UserTokenTest, ThePairFetchesItselfButDoesNotRenewItself) {
  const model::Answer pair = own();
  const std::string name = member(pair, "nameCode");
  const std::string code = member(pair, "passCode");
  const auto ticket = [&] {
    return member(ask(by(with(made("POST", "/rest/wonderland/authenticate"), payload("bob", code)),
                         name, code)),
                  "t");
  };

  EXPECT_EQ(ask(by(made("GET", asked_with(ticket())), name, code)).body, pair.body);
  EXPECT_EQ(status(by(made("POST", asked_with(ticket())), name, code)), 403);
  EXPECT_EQ(status(by(with(made("POST", "/rest/wonderland/authenticate"), payload(name, code)),
                      name, code)),
            400);
}

TEST_F(UserTokenTest, WhoHasNoPasswordNeedsNoTicket) {
  const model::Answer pair = ask(by(made("GET", kPath), anna_));

  EXPECT_EQ(pair.status, 200);
  EXPECT_EQ(member(pair, "nameCode").size(), 8U);
  EXPECT_EQ(status(by(made("GET", std::string(kPath) + "?authToken=x"), anna_)), 403);
  const std::string body = "{\"u\":\"" + base64("anna") + "\"}";
  EXPECT_EQ(status(ours(by(with(made("POST", "/rest/wonderland/authenticate"), body), anna_))),
            200);
  EXPECT_EQ(status(ours(by(with(made("POST", "/rest/wonderland/authenticate"),
                                payload("anna", "guess")), anna_))),
            403);
}

TEST_F(UserTokenTest, AnotherSiteNeitherReadsNorChangesThePairL15) {
  PageRequest foreign = by(made("GET", kPath), anna_);
  foreign.query.hints.sec_fetch_site = "cross-site";
  EXPECT_EQ(status(foreign), 403);
  foreign.query.hints = {};
  foreign.query.hints.origin = "https://evil.example";
  EXPECT_EQ(status(foreign), 403);
  PageRequest ahead = by(made("GET", kPath), anna_);
  ahead.query.hints.is_prefetch = true;
  EXPECT_EQ(status(ahead), 403);
  for (const char* method : {"POST", "DELETE"}) {
    EXPECT_EQ(status(by(made(method, kPath), anna_)), 403) << method;
  }
  EXPECT_EQ(status(ours(by(made("POST", kPath), anna_))), 200);
  EXPECT_EQ(status(ours(by(made("DELETE", kPath), anna_))), 204);
}

TEST_F(UserTokenTest, NoSignedCredentialBecomesAPair) {
  Order order;
  order.lifetime = std::chrono::days(1);
  const auto issued = issue(config_, store_, anna_.account, order, now_, random_, kSomebody);
  ASSERT_THAT(issued, IsOk());

  PageRequest request = by(made("GET", kPath), "anna", issued->token.reveal());
  EXPECT_EQ(status(request), 403);
  request.query.authorization = SecretString("Bearer " + std::string(issued->token.reveal()));
  EXPECT_EQ(status(request), 403);
  EXPECT_EQ(status(by(with(made("POST", "/rest/wonderland/authenticate"),
                           payload("anna", issued->token.reveal())),
                      "anna", issued->token.reveal())),
            403);
}

TEST_F(UserTokenTest, AttributesTellTheEnd) {
  const PageRequest asked = by(made("GET", std::string(kPath) + "/attributes"), "bob", "s3cret");
  EXPECT_EQ(status(asked), 404);
  own();
  EXPECT_EQ(ask(asked).body, R"({"expirationEnabled":false})");
  set(R"({"expirationEnabled":true,"expirationDays":2})");
  EXPECT_EQ(ask(asked).body, R"({"expirationTimeTimestamp":"1795472800000","expirationEnabled":true})");
  now_ += std::chrono::days(2);
  EXPECT_EQ(status(by(made("GET", std::string(kPath) + "/attributes"), "bob", "s3cret")), 410);
}

TEST_F(UserTokenTest, AnExpiredPairIsRenewedByPostAndRevivedWhereExpiryIsSwitchedOff) {
  const std::string first = own().body;
  set(R"({"expirationEnabled":true,"expirationDays":1})");
  now_ += std::chrono::days(1);

  EXPECT_EQ(own().status, 410);
  set(R"({"expirationEnabled":false})");
  EXPECT_EQ(own().body, first);
  set(R"({"expirationEnabled":true})");
  EXPECT_EQ(own("POST").status, 200);
  EXPECT_EQ(own().status, 200);
}

TEST_F(UserTokenTest, SettingsAreTheAdministratorsAndResetAllEndsAll) {
  EXPECT_EQ(ask(as_root("GET", kSettings)).body,
            R"({"enabled":true,"protectContent":false,"expirationEnabled":false,)"
            R"("expirationDays":30})");
  const std::string wanted = R"({"enabled":true,"protectContent":true,"expirationEnabled":true,)"
                             R"("expirationDays":999})";
  EXPECT_EQ(ask(as_root("PUT", kSettings, wanted)).body, wanted);
  EXPECT_EQ(ask(as_root("GET", kSettings)).body, wanted);

  const std::string first = own().body;
  EXPECT_EQ(status(as_root("DELETE", kSettings)), 204);
  EXPECT_NE(own().body, first);
}

TEST_F(UserTokenTest, RefusesSettingsOutOfTheirRange) {
  for (const char* body :
       {R"({"expirationDays":0})", R"({"expirationDays":1000})", R"({"expirationDays":-1})",
        R"({"expirationDays":"x"})", R"({"enabled":"maybe"})", R"({"protectContent":[]})", "[]",
        ""}) {
    EXPECT_EQ(status(as_root("PUT", kSettings, body)), 400) << body;
  }
  EXPECT_EQ(store_.user_tokens().settings(), store::UserTokenSettings());
}

TEST_F(UserTokenTest, WhatTheFileSaysIsFinal) {
  config_.user_token.protect_content = true;
  config_.user_token.expiration_days = 7;
  EXPECT_EQ(status(as_root("PUT", kSettings, R"({"protectContent":false})")), 400);
  EXPECT_EQ(status(as_root("PUT", kSettings, R"({"expirationDays":8})")), 400);
  EXPECT_EQ(status(as_root("PUT", kSettings, R"({"protectContent":true,"expirationDays":7})")),
            200);
  config_.user_token.enabled = false;
  EXPECT_EQ(status(as_root("PUT", kSettings, R"({"enabled":true})")), 400);
}

TEST_F(UserTokenTest, SwitchedOffEverythingIsRefusedButTheSwitch) {
  own();
  set(R"({"enabled":false})");

  EXPECT_EQ(authenticate().status, 400);
  EXPECT_EQ(status(by(made("GET", kPath), anna_)), 400);
  EXPECT_EQ(status(as_root("GET", "/rest/v1/security/user-tokens/tokens")), 400);
  EXPECT_EQ(status(as_root("GET", kSettings)), 200);
  set(R"({"enabled":true})");
  EXPECT_EQ(authenticate().status, 200);
}

TEST_F(UserTokenTest, OnlyAdministratorsAdminister) {
  for (const auto& [method, path] : std::vector<std::pair<std::string, std::string>>{
           {"GET", "/rest/v1/security/user-tokens"},
           {"PUT", "/rest/v1/security/user-tokens"},
           {"DELETE", "/rest/v1/security/user-tokens"},
           {"GET", "/rest/v1/security/user-tokens/tokens"},
           {"GET", "/rest/v1/security/users/root/local/user-token"},
           {"POST", "/rest/v1/security/users/root/local/user-token"},
           {"DELETE", "/rest/v1/security/users/root/local/user-token"},
           {"DELETE", "/rest/v1/security/users/root/local/user-token-reset"},
           {"GET", "/siesta/usertoken/settings"},
           {"DELETE", "/local/usertoken/users/root"}}) {
    EXPECT_EQ(status(by(made(method, path), "bob", "s3cret")), 403) << method << path;
    EXPECT_EQ(status(made(method, path)), 401) << method << path;
    EXPECT_EQ(status(ours(by(made(method, path), eve_))), 403) << method << path;
  }
  config_.user_token.administrator_groups = {"developers"};
  EXPECT_EQ(status(by(made("GET", kSettings), anna_)), 200);
  EXPECT_EQ(status(by(made("DELETE", kSettings), anna_)), 403);
  EXPECT_EQ(status(ours(by(made("DELETE", kSettings), anna_))), 204);
}

TEST_F(UserTokenTest, AnAdministratorMakesSeesAndResetsButNeverSeesAPassCode) {
  const std::string path = "/rest/v1/security/users/anna/corp/user-token";
  config_.providers.emplace_back();
  config_.providers.back().name = "corp";
  config_.providers.emplace_back();
  config_.providers.back().name = "other";

  EXPECT_EQ(status(as_root("GET", path)), 404);
  const model::Answer created = ask(as_root("POST", path));
  EXPECT_EQ(created.status, 201);
  EXPECT_THAT(created.body, Not(HasSubstr("passCode")));
  EXPECT_EQ(member(created, "createdByUserId"), "root");
  EXPECT_EQ(member(created, "userId"), "anna");
  EXPECT_EQ(member(created, "realm"), "corp");
  EXPECT_EQ(status(as_root("POST", path)), 409);
  EXPECT_EQ(ask(as_root("GET", path)).body, created.body);
  EXPECT_EQ(member(ask(by(made("GET", kPath), anna_)), "nameCode"), member(created, "nameCode"));
  EXPECT_EQ(status(as_root("DELETE", path)), 204);
  EXPECT_EQ(status(as_root("DELETE", path)), 404);
  EXPECT_EQ(status(as_root("DELETE", path + "-reset")), 404);
  EXPECT_EQ(status(as_root("GET", "/rest/v1/security/users/anna/other/user-token")), 404);
  EXPECT_EQ(status(as_root("GET", "/rest/v1/security/users/nobody/corp/user-token")), 404);
  EXPECT_EQ(status(as_root("GET", "/rest/v1/security/users/anna/LdapRealm/user-token")), 422);
}

TEST_F(UserTokenTest, TheListHoldsNoPassCodeAndHasLimits) {
  const std::string path = "/rest/v1/security/user-tokens/tokens";
  own();
  ask(by(made("GET", kPath), anna_));
  const auto items = [&](const std::string& query) {
    const auto json = wire::Json::parse(ask(as_root("GET", path + query)).body, kBodyBytesMax);
    return json ? json->array("items")->size() : 999;
  };

  EXPECT_THAT(ask(as_root("GET", path)).body, Not(HasSubstr("passCode")));
  EXPECT_EQ(items(""), 2U);
  EXPECT_EQ(items("?limit=1"), 1U);
  EXPECT_EQ(items("?skip=1&limit=100"), 1U);
  EXPECT_EQ(items("?realm=corp"), 1U);
  EXPECT_EQ(items("?realm=nowhere"), 0U);
  EXPECT_EQ(items("?userId=bob"), 1U);
  EXPECT_EQ(items("?userId=nobody"), 0U);
  for (const char* query : {"?limit=0", "?limit=101", "?skip=-1", "?limit=x", "?includeExpired=1",
                            "?limit=1&limit=2"}) {
    EXPECT_EQ(status(as_root("GET", path + query)), 400) << query;
  }
  set(R"({"expirationEnabled":true,"expirationDays":1})");
  now_ += std::chrono::days(1);
  EXPECT_EQ(items(""), 0U);
  EXPECT_EQ(items("?includeExpired=true"), 2U);
}

TEST_F(UserTokenTest, OfNexus2HasItsSettingsStatusAndUsers) {
  own();
  PageRequest settings = as_root("GET", "/local/usertoken/settings");
  settings.query.hints.accept = "application/xml";
  EXPECT_THAT(ask(settings).body, HasSubstr("<protectContent>false</protectContent>"));
  PageRequest put = as_root("PUT", "/siesta/usertoken/settings",
                            "<userTokenSettings><enabled>true</enabled><protectContent>true"
                            "</protectContent><realmConfigured>true</realmConfigured>"
                            "</userTokenSettings>");
  put.content_type = "application/xml";
  EXPECT_EQ(status(put), 200);
  EXPECT_EQ(ask(by(made("GET", "/local/usertoken/status"), "bob", "s3cret")).body,
            R"({"enabled":true,"protectContent":true})");
  EXPECT_EQ(member(ask(as_root("GET", "/siesta/usertoken/users/bob")), "userId"), "bob");
  EXPECT_EQ(status(as_root("DELETE", "/siesta/usertoken/users/bob")), 204);
  EXPECT_EQ(status(as_root("GET", "/siesta/usertoken/users/bob")), 404);
}

TEST_F(UserTokenTest, OtherPathsAndMethodsAreNone) {
  for (const char* path : {"", "/", "/rest", "/rest/v1/security/users/bob/local", "/rest/x",
                           "/rest/internal/current-user/user-token/", "/local/usertoken/users/",
                           "/rest/internal/current-user/user-token/attributes/x"}) {
    EXPECT_EQ(status(by(made("GET", path), "bob", "s3cret")), 404) << path;
  }
  const model::Answer wrong = ask(by(made("PUT", kPath), "bob", "s3cret"));
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(header(wrong, "Allow"), "GET, POST, DELETE");
  EXPECT_EQ(status(made("HEAD", "/rest/wonderland/authenticate")), 401);
}

TEST_F(UserTokenTest, NoSecretOfAPairIsInTheStore) {
  const model::Answer pair = own();
  const std::string ticket = this->ticket();
  store_.recheck_file();
  std::string bytes;
  for (const char* suffix : {"", "-wal"}) {
    std::ifstream file(config_.store.path + suffix, std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }

  EXPECT_THAT(bytes, HasSubstr(member(pair, "nameCode")));
  EXPECT_THAT(bytes, Not(HasSubstr(member(pair, "passCode"))));
  EXPECT_THAT(bytes, Not(HasSubstr(ticket)));
}

TEST_F(UserTokenTest, TheAuditLogSaysWhoDidWhatToWhosePair) {
  constexpr std::string_view kOfBob = "/rest/v1/security/users/bob/local/user-token";
  EXPECT_EQ(own().status, 200);
  EXPECT_EQ(own().status, 200);  // the same pair: nothing to tell
  EXPECT_EQ(own("POST").status, 200);
  EXPECT_EQ(own("DELETE").status, 204);
  EXPECT_EQ(status(as_root("POST", kOfBob, "{}")), 201);
  EXPECT_EQ(status(as_root("DELETE", kOfBob)), 204);
  set(R"({"protectContent":true})");
  EXPECT_EQ(own().status, 200);
  EXPECT_EQ(status(as_root("DELETE", kSettings)), 204);

  std::vector<std::string> told;
  const auto rows = store_.audit().list({}, 0, store::kListRowsMax);
  ASSERT_THAT(rows, IsOk());
  for (const store::AuditRow& row : *rows) {
    if (row.action.starts_with("user_token")) {
      told.push_back(row.actor + " " + row.action + " " + row.user_name);
    }
  }
  EXPECT_THAT(told, testing::ElementsAre(
                        "user:bob user_token_made bob", "user:bob user_token_renewed bob",
                        "user:bob user_token_reset bob", "user:root user_token_made bob",
                        "user:root user_token_reset bob", "user:root user_token_settings_changed ",
                        "user:bob user_token_made bob", "user:root user_tokens_reset "));
}

}  // namespace
}  // namespace latchkey::pages
