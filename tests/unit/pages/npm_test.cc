// What npm asks, as it was seen to ask; the real npm is in tests/parts.
#include "latchkey/pages/npm.h"

#include <gmock/gmock.h>

#include "latchkey/pages/issue.h"
#include "latchkey/wire/json.h"
#include "unit/pages/signed_in_site.h"

namespace latchkey::pages {
namespace {

class NpmTest : public SiteTest {
 protected:
  PageResult ask(const std::string& method, const std::string& below, const std::string& body = {},
                 const std::string& authorization = {}) {
    PageRequest asked = request(method, below, "");
    asked.body = body;
    if (!authorization.empty()) asked.query.authorization = SecretString(authorization);
    return NpmPage(parts()).serve(asked);
  }
  std::string credential(const Person& who) {
    Order order;
    order.lifetime = std::chrono::days(1);
    auto issued = issue(config_, store_, who.account, order, now_, random_, kSomebody);
    EXPECT_THAT(issued, IsOk());
    return std::string(issued->token.reveal());
  }
  static std::string body_of(std::string_view password) {
    return "{\"name\":\"anna\",\"password\":\"" + std::string(password) + "\"}";
  }
};

TEST_F(NpmTest, TellsWhoABearerIs) {
  EXPECT_EQ(ask("GET", "/whoami", "", "Bearer " + credential(anna_)).answer.body,
            R"({"username":"anna"})");
  EXPECT_EQ(ask("GET", "/whoami").answer.status, 401);
  EXPECT_EQ(ask("GET", "/whoami", "", "Bearer nonsense").answer.status, 401);
}

TEST_F(NpmTest, RevokesTheCredentialThatIsLoggedOut) {
  const std::string token = credential(anna_);
  const PageResult done = ask("DELETE", "/user/token/" + token);
  EXPECT_EQ(done.answer.status, 200);
  EXPECT_EQ(done.detail.find(token), std::string::npos);
  EXPECT_EQ(ask("GET", "/whoami", "", "Bearer " + token).answer.status, 401);
  EXPECT_EQ(ask("DELETE", "/user/token/" + token).answer.status, 200);
}

TEST_F(NpmTest, HandsACredentialBackThatIsGivenAsPassword) {
  const std::string token = credential(anna_);
  const PageResult done = ask("PUT", "/user/org.couchdb.user:anna", body_of(token));
  ASSERT_EQ(done.answer.status, 201) << done.answer.body;
  EXPECT_EQ(*wire::Json::parse(done.answer.body, kBodyBytesMax)->string("token"), token);
  EXPECT_EQ(records_of(anna_), 1);
}

TEST_F(NpmTest, TakesNoPasswordAndNobodyElsesCredential) {
  EXPECT_EQ(ask("PUT", "/user/org.couchdb.user:anna", body_of("secret")).answer.status, 401);
  EXPECT_EQ(ask("PUT", "/user/org.couchdb.user:eve", body_of(credential(anna_))).answer.status, 401);
  EXPECT_EQ(ask("PUT", "/user/org.couchdb.user:anna", "password=x").answer.status, 400);
}

TEST_F(NpmTest, AnswersNothingElse) {
  for (const char* below : {"", "/", "/v1/login", "/user/token/", "/npm/v1/user", "/all"}) {
    EXPECT_EQ(ask("GET", below).answer.status, 404) << below;
  }
}

TEST_F(NpmTest, BeginsNoLoginWhereThatIsSwitchedOff) {
  EXPECT_EQ(ask("POST", "/v1/login", "{}").answer.status, 200);
  config_.device.enabled = false;
  EXPECT_EQ(ask("POST", "/v1/login", "{}").answer.status, 404);
}

TEST_F(NpmTest, KeepsATokenFromAHead) {
  PageRequest asked = request("HEAD", "", "");
  asked.query.request.query = "login=x";
  EXPECT_EQ(NpmDonePage(parts()).serve(asked).answer.status, 404);
}

}  // namespace
}  // namespace latchkey::pages
