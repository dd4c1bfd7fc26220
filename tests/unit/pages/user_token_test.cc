// The REST of Nexus' user tokens: tickets, and one's own pair.
#include "latchkey/pages/issue.h"
#include "user_token_site.h"

namespace latchkey::pages {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

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

TEST_F(UserTokenTest, ThePairDoesNotRenewItselfByAFetchAfterTheKeyFileHasChanged) {
  const model::Answer pair = own();
  const std::string name = member(pair, "nameCode");
  const std::string code = member(pair, "passCode");
  const crypto::Sealer other = other_sealer();
  const model::Answer asked = ask(by(
      with(made("POST", "/rest/wonderland/authenticate"), payload("bob", code)), name, code));
  const PageRequest fetch = by(made("GET", asked_with(member(asked, "t"))), name, code);

  const PageResult refused = result(fetch, other);

  EXPECT_EQ(refused.answer.status, 409);
  EXPECT_EQ(refused.reason, "not_shown_again");
  EXPECT_EQ(own().body, pair.body);
}

TEST_F(UserTokenTest, APairOfAnotherKeyFileIsReplacedForItsOwnerAndTheLogSaysSo) {
  const PageRequest fetch = by(made("GET", kPath), anna_);
  EXPECT_EQ(result(fetch, sealer()).reason, "user_token_made");
  EXPECT_EQ(result(fetch, sealer()).reason, "user_token_shown");
  const crypto::Sealer other = other_sealer();

  EXPECT_EQ(result(fetch, other).reason, "user_token_renewed");
  EXPECT_EQ(result(fetch, other).reason, "user_token_shown");
}

TEST_F(UserTokenTest, AnExpiredPairOfAnotherKeyFileStaysExpired) {
  const std::string first = own().body;
  const crypto::Sealer other = other_sealer();
  set(R"({"expirationEnabled":true,"expirationDays":1})");
  now_ += std::chrono::days(1);

  EXPECT_EQ(result(by(made("GET", asked_with(ticket())), "bob", "s3cret"), other).answer.status,
            410);
  set(R"({"expirationEnabled":false})");
  EXPECT_EQ(own().body, first);
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
  PageRequest remembered = by(made("DELETE", asked_with(ticket())), "bob", "s3cret");
  remembered.query.hints.origin = "https://evil.example";
  EXPECT_EQ(status(remembered), 403);
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

}  // namespace
}  // namespace latchkey::pages
