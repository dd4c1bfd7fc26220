// Programs that ask for a credential, and the people who say yes: RFC 8628 by its endpoints.
#include "latchkey/pages/device.h"

#include <gmock/gmock.h>

#include "latchkey/pages/form_token.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json.h"
#include "unit/pages/signed_in_site.h"

namespace latchkey::pages {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kGrant = "urn:ietf:params:oauth:grant-type:device_code";

class DeviceTest : public SiteTest {
 protected:
  struct Begun {
    std::string device_code;
    std::string user_code;
  };

  PageRequest form(const std::vector<wire::FormField>& fields, const std::string& cookie = {}) {
    PageRequest made = request("POST", "", cookie);
    made.content_type = "application/x-www-form-urlencoded";
    made.body = wire::form_encode(fields);
    return made;
  }

  static wire::Json json(const PageResult& result) {
    return *wire::Json::parse(result.answer.body, kBodyBytesMax);
  }

  PageResult ask(std::vector<wire::FormField> more = {}) {
    more.emplace_back("client_id", "latchkey");
    return DeviceAuthorizePage(parts()).serve(form(more));
  }

  Begun begin(std::vector<wire::FormField> more = {}) {
    const PageResult result = ask(std::move(more));
    EXPECT_EQ(result.answer.status, 200) << result.answer.body;
    return {*json(result).string("device_code"), *json(result).string("user_code")};
  }

  PageResult poll(const std::string& code, const std::string& client = "latchkey",
                  const std::string& grant = kGrant) {
    return DeviceTokenPage(parts()).serve(
        form({{"grant_type", grant}, {"client_id", client}, {"device_code", code}}));
  }
  std::string error(const PageResult& result) { return json(result).string("error").value_or(""); }

  PageResult look(const std::string& code, const Person& who, const std::string& from = "none") {
    PageRequest asked = request("GET", "", who.cookie);
    asked.query.hints.sec_fetch_site = from;
    asked.query.request.query = "code=" + code;
    return DevicePage(parts()).serve(asked);
  }

  PageRequest decision(const std::string& code, const Person& who, const std::string& choice,
                       std::vector<wire::FormField> more = {}) {
    more.emplace_back("form_token", form_token(SecretString(std::string_view(who.cookie))));
    more.emplace_back("code", code);
    more.emplace_back("decision", choice);
    PageRequest made = form(more, who.cookie);
    made.query.hints.sec_fetch_site = "same-origin";
    return made;
  }
  PageResult decide(const std::string& code, const Person& who, const std::string& choice,
                    std::vector<wire::FormField> more = {}) {
    return DevicePage(parts()).serve(decision(code, who, choice, std::move(more)));
  }
};

TEST_F(DeviceTest, GivesAWaitingProgramTheCredentialOfWhoSaysYes) {
  const Begun begun = begin({{"label", "laptop of anna"}, {"scope", "read"}});
  EXPECT_EQ(error(poll(begun.device_code)), "authorization_pending");
  const PageResult page = look(begun.user_code, anna_);
  EXPECT_THAT(page.answer.body, HasSubstr(begun.user_code));
  EXPECT_THAT(page.answer.body, HasSubstr("laptop of anna"));
  EXPECT_EQ(decide(begun.user_code, anna_, "approve", {{"lifetime", "7"}}).answer.status, 200);
  const PageResult given = poll(begun.device_code);
  ASSERT_EQ(given.answer.status, 200) << given.answer.body;
  EXPECT_EQ(*json(given).string("username"), "anna");
  EXPECT_EQ(*json(given).integer("expires_in"), 7 * 24 * 3600);
  EXPECT_EQ(*json(given).string("scope"), "read");
  const model::Credential token =
      model::BearerToken{SecretString(*json(given).string("access_token"))};
  const auto identity = resolver_.resolve(token, "192.0.2.1", now_);
  ASSERT_TRUE(identity.has_value());
  EXPECT_EQ(identity->account(), anna_.account.id);
  EXPECT_EQ(store_.credentials().list(anna_.account.id, CredentialId())->front().label,
            "laptop of anna");
}

TEST_F(DeviceTest, GivesACredentialOnce) {
  const Begun begun = begin();
  ASSERT_EQ(decide(begun.user_code, anna_, "approve").answer.status, 200);
  ASSERT_EQ(poll(begun.device_code).answer.status, 200);
  EXPECT_EQ(error(poll(begun.device_code)), "invalid_grant");
  EXPECT_EQ(records_of(anna_), 1);
}

TEST_F(DeviceTest, TellsAboutANo) {
  const Begun begun = begin();
  ASSERT_EQ(decide(begun.user_code, anna_, "deny").answer.status, 200);
  EXPECT_EQ(error(poll(begun.device_code)), "access_denied");
  EXPECT_EQ(decide(begun.user_code, anna_, "approve").answer.status, 404);
}

TEST_F(DeviceTest, SlowsDownAndEnds) {
  const Begun begun = begin();
  EXPECT_EQ(error(poll(begun.device_code)), "authorization_pending");
  EXPECT_EQ(error(poll(begun.device_code)), "slow_down");
  now_ += store::kDeviceLoginLifetime;
  EXPECT_EQ(error(poll(begun.device_code)), "expired_token");
  EXPECT_EQ(look(begun.user_code, anna_).answer.status, 404);
}

TEST_F(DeviceTest, LetsAnotherSitesLinksUseUpNobodysTries) {
  const Begun begun = begin();
  for (int i = 0; i < 20; ++i) {
    const PageResult page = look("BCDFGHJK", anna_, i % 2 == 0 ? "cross-site" : "same-site");
    EXPECT_EQ(page.answer.status, 200);
    EXPECT_THAT(page.answer.body, HasSubstr("value=\"BCDFGHJK\"")) << "only filled in";
  }
  EXPECT_THAT(look(begun.user_code, anna_).answer.body, HasSubstr("name=\"decision\""));
}

TEST_F(DeviceTest, LosesNoYesWhileNothingCanBeIssued) {
  const Begun begun = begin();
  ASSERT_EQ(decide(begun.user_code, anna_, "approve").answer.status, 200);
  std::filesystem::rename(root_ + "/keys", root_ + "/away");
  EXPECT_EQ(poll(begun.device_code).answer.status, 503);
  std::filesystem::rename(root_ + "/away", root_ + "/keys");
  EXPECT_EQ(poll(begun.device_code).answer.status, 200);
}

TEST_F(DeviceTest, GivesTheFormThatIsConfigured) {
  config_.credential.form = model::TokenForm::kShort;
  const Begun begun = begin();
  ASSERT_EQ(decide(begun.user_code, anna_, "approve").answer.status, 200);
  EXPECT_THAT(*json(poll(begun.device_code)).string("access_token"), testing::StartsWith("lkc_"));
}

// N36: a code is worth nothing with another client, another grant, or one letter less.
TEST_F(DeviceTest, RefusesEveryProductOfWrongValues_n36) {
  const Begun begun = begin();
  ASSERT_EQ(decide(begun.user_code, anna_, "approve").answer.status, 200);
  for (const std::string& code : {begun.device_code, begun.device_code.substr(1), std::string()}) {
    for (const char* client : {"latchkey", "npm", "", "Latchkey"}) {
      for (const char* grant : {kGrant, "authorization_code", ""}) {
        if (code == begun.device_code && client == std::string("latchkey") && grant == kGrant) continue;
        EXPECT_EQ(poll(code, client, grant).answer.status, 400) << code << client << grant;
      }
    }
  }
  EXPECT_EQ(records_of(anna_), 0);
  EXPECT_EQ(poll(begun.device_code).answer.status, 200);
}

TEST_F(DeviceTest, GivesNothingWhenTheAccountHasEndedEverythingSince) {
  const Begun begun = begin();
  ASSERT_EQ(decide(begun.user_code, anna_, "approve").answer.status, 200);
  ASSERT_THAT(store_.accounts().end_everything(anna_.account.id, now_, kSomebody), IsOk());
  EXPECT_EQ(error(poll(begun.device_code)), "access_denied");
  EXPECT_EQ(records_of(anna_), 0);
}

TEST_F(DeviceTest, NarrowsByTheProgramAndByThePersonAndNeverWidens) {
  const Begun begun = begin({{"scope", "host:sso.example"}});
  ASSERT_EQ(decide(begun.user_code, anna_, "approve", {{"scope", "read"}, {"scope", "host:docker.example"}}).answer.status, 200);
  ASSERT_EQ(poll(begun.device_code).answer.status, 200);
  EXPECT_THAT(store_.credentials().list(anna_.account.id, CredentialId())->front().scopes,
              testing::UnorderedElementsAre("read", "host:sso.example"));
}

TEST_F(DeviceTest, NarrowsToReadingAlsoTheOrderWithTheMostScopes) {
  std::string scopes;
  for (int i = 0; i < 16; ++i) scopes += "repository:r" + std::to_string(i) + " ";
  EXPECT_EQ(error(ask({{"scope", scopes + "host:sso.example"}})), "invalid_request");
  EXPECT_EQ(error(ask({{"scope", scopes + "read read"}})), "invalid_request");
  const Begun begun = begin({{"scope", scopes}});
  ASSERT_EQ(decide(begun.user_code, anna_, "approve", {{"scope", "read"}}).answer.status, 200);
  ASSERT_EQ(poll(begun.device_code).answer.status, 200);
  EXPECT_THAT(store_.credentials().list(anna_.account.id, CredentialId())->front().scopes,
              testing::AllOf(testing::SizeIs(17), testing::Contains("read")));
}

TEST_F(DeviceTest, WantsAPersonInTheirOwnBrowser) {
  const Begun begun = begin();
  PageRequest foreign = decision(begun.user_code, anna_, "approve");
  foreign.query.hints.sec_fetch_site = "cross-site";
  EXPECT_EQ(DevicePage(parts()).serve(foreign).reason, "cross_site");
  PageRequest stale = decision(begun.user_code, eve_, "approve");
  stale.query.cookies = "__Host-latchkey=" + anna_.cookie;
  EXPECT_EQ(DevicePage(parts()).serve(stale).reason, "stale_form");
  PageRequest nobody = decision(begun.user_code, anna_, "approve");
  nobody.query.cookies.clear();
  EXPECT_EQ(DevicePage(parts()).serve(nobody).answer.status, 401);
  EXPECT_EQ(decide(begun.user_code, anna_, "maybe").answer.status, 400);
  EXPECT_EQ(error(poll(begun.device_code)), "authorization_pending");
}

TEST_F(DeviceTest, LetsNobodyGuessCodes) {
  for (int i = 0; i < store::kNameFailuresFree; ++i) {
    EXPECT_EQ(look("BCDF-BCDF", eve_).answer.status, 404);
  }
  const Begun begun = begin();
  const PageResult waits = look(begun.user_code, eve_);
  EXPECT_EQ(waits.answer.status, 429);
  EXPECT_FALSE(header(waits.answer, "Retry-After").empty());
  EXPECT_EQ(look(begun.user_code, anna_).answer.status, 200);
  EXPECT_THAT(*store_.attempts().retry_after("eve", "203.0.113.1", now_), testing::Eq(std::nullopt));
}

TEST_F(DeviceTest, WarnsOfARequestFromElsewhere) {
  const Begun begun = begin();
  EXPECT_THAT(look(begun.user_code, anna_).answer.body, Not(HasSubstr("role=\"alert\"")));
  PageRequest asked = request("GET", "", anna_.cookie);
  asked.query.request.query = "code=" + begun.user_code;
  asked.query.remote_address = "198.51.100.7";
  EXPECT_THAT(DevicePage(parts()).serve(asked).answer.body,
              HasSubstr("came from 192.0.2.1, but you are at 198.51.100.7"));
}

TEST_F(DeviceTest, ShowsWhatAProgramCallsItselfAsTextOnly) {
  const Begun begun = begin({{"label", "<b>your boss</b>"}});
  EXPECT_THAT(look(begun.user_code, anna_).answer.body, Not(HasSubstr("<b>")));
}

TEST_F(DeviceTest, TakesTheCodeAsPeopleTypeIt) {
  const Begun begun = begin();
  std::string typed = wire::to_lower(begun.user_code);
  typed.erase(typed.find('-'), 1);
  EXPECT_EQ(look(typed, anna_).answer.status, 200);
  EXPECT_EQ(look("", anna_).answer.status, 404);
  EXPECT_EQ(look("AEIO-UAEI", anna_).answer.status, 404);
}

TEST_F(DeviceTest, RefusesQuestionsThatAreNone) {
  EXPECT_EQ(error(ask({{"scope", "everything"}})), "invalid_request");
  EXPECT_EQ(error(ask({{"label", std::string(200, 'x')}})), "invalid_request");
  EXPECT_EQ(error(ask({{"label", "a"}, {"label", "b"}})), "invalid_request");
  EXPECT_EQ(error(DeviceAuthorizePage(parts()).serve(form({{"client_id", "evil"}}))),
            "invalid_client");
  PageRequest as_json = form({{"client_id", "latchkey"}});
  as_json.content_type = "application/json";
  EXPECT_EQ(error(DeviceAuthorizePage(parts()).serve(as_json)), "invalid_request");
}

TEST_F(DeviceTest, FloodedAsksToWait) {
  for (std::int64_t i = 0; i < store::kDeviceLoginsOfNetworkMax; ++i) ask();
  const PageResult refused = ask();
  EXPECT_EQ(refused.answer.status, 429);
  EXPECT_EQ(header(refused.answer, "Retry-After"), "60");
}

TEST_F(DeviceTest, SendsPeopleToAHostWhereTheyBrowse) {
  PageRequest asked = form({{"client_id", "latchkey"}});
  asked.query.request.host = "docker.example";
  asked.origin = "https://docker.example";
  const PageResult result = DeviceAuthorizePage(parts()).serve(asked);
  EXPECT_EQ(*json(result).string("verification_uri"), "https://sso.example/oauth/device");
}

}  // namespace
}  // namespace latchkey::pages
