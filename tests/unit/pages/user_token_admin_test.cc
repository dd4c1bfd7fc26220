// The REST of Nexus' user tokens: their settings, and what administrators do with others' pairs.
#include "user_token_site.h"

namespace latchkey::pages {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class UserTokenAdministration : public UserTokenTest {};

TEST_F(UserTokenAdministration, SettingsAreTheAdministratorsAndResetAllEndsAll) {
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

TEST_F(UserTokenAdministration, RefusesSettingsOutOfTheirRange) {
  for (const char* body :
       {R"({"expirationDays":0})", R"({"expirationDays":1000})", R"({"expirationDays":-1})",
        R"({"expirationDays":"x"})", R"({"enabled":"maybe"})", R"({"protectContent":[]})", "[]",
        ""}) {
    EXPECT_EQ(status(as_root("PUT", kSettings, body)), 400) << body;
  }
  EXPECT_EQ(store_.user_tokens().settings(), store::UserTokenSettings());
}

TEST_F(UserTokenAdministration, WhatTheFileSaysIsFinal) {
  config_.user_token.protect_content = true;
  config_.user_token.expiration_days = 7;
  EXPECT_EQ(status(as_root("PUT", kSettings, R"({"protectContent":false})")), 400);
  EXPECT_EQ(status(as_root("PUT", kSettings, R"({"expirationDays":8})")), 400);
  EXPECT_EQ(status(as_root("PUT", kSettings, R"({"protectContent":true,"expirationDays":7})")),
            200);
  config_.user_token.enabled = false;
  EXPECT_EQ(status(as_root("PUT", kSettings, R"({"enabled":true})")), 400);
}

TEST_F(UserTokenAdministration, WhatTheFileSaysIsNotStored) {
  config_.user_token.enabled = false;
  config_.user_token.expiration_days = 7;
  const model::Answer changed = ask(as_root("PUT", kSettings, R"({"protectContent":true})"));
  EXPECT_EQ(changed.body, R"({"enabled":false,"protectContent":true,"expirationEnabled":false,)"
                          R"("expirationDays":7})");
  EXPECT_EQ(store_.user_tokens().settings(), (store::UserTokenSettings{.protect_content = true}));

  // As a client does that sends back what it got.
  EXPECT_EQ(ask(as_root("PUT", kSettings, changed.body)).body, changed.body);
  EXPECT_EQ(store_.user_tokens().settings(), (store::UserTokenSettings{.protect_content = true}));
}

TEST_F(UserTokenAdministration, SwitchedOffEverythingIsRefusedButTheSwitch) {
  own();
  set(R"({"enabled":false})");

  EXPECT_EQ(authenticate().status, 400);
  EXPECT_EQ(status(by(made("GET", kPath), anna_)), 400);
  EXPECT_EQ(status(as_root("GET", "/rest/v1/security/user-tokens/tokens")), 400);
  EXPECT_EQ(status(as_root("GET", kSettings)), 200);
  set(R"({"enabled":true})");
  EXPECT_EQ(authenticate().status, 200);
}

TEST_F(UserTokenAdministration, OnlyAdministratorsAdminister) {
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

TEST_F(UserTokenAdministration, AnAdministratorMakesSeesAndResetsButNeverSeesAPassCode) {
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

// A pair's pass code is shown to its owner alone, and no machine user can come and look.
TEST_F(UserTokenAdministration, MakesNoneForAMachineUser) {
  model::Profile profile;
  profile.user_name = "ci-bot";
  ASSERT_THAT(store_.machines().create(profile, anna_.account.id, std::nullopt, now_, random_, kSomebody), IsOk());
  EXPECT_EQ(status(as_root("POST", "/rest/v1/security/users/ci-bot/machine/user-token")), 422);
  EXPECT_EQ(status(as_root("POST", "/rest/v1/security/users/ci-bot/local/user-token")), 404);
}

TEST_F(UserTokenAdministration, AnotherSiteRidesOnNoRememberedPairL15) {
  const std::string path = "/rest/v1/security/users/bob/local/user-token";
  const auto from = [&](const char* site, const char* origin, const std::string& method,
                        const std::string& where) {
    PageRequest made = as_root(method, where);
    made.query.hints.sec_fetch_site = site;
    made.query.hints.origin = origin;
    return status(made);
  };
  own();  // makes bob's account
  own("DELETE");
  for (const char* site : {"cross-site", "same-site", "none"}) {
    EXPECT_EQ(from(site, "", "POST", path), 403) << site;
    EXPECT_EQ(from(site, "", "DELETE", std::string(kSettings)), 403) << site;
  }
  EXPECT_EQ(from("", "https://evil.example", "POST", path), 403);
  EXPECT_EQ(from("", "null", "POST", path), 403);
  EXPECT_EQ(from("cross-site", "", "GET", path), 404);
  EXPECT_EQ(from("same-origin", "", "POST", path), 201);
  EXPECT_EQ(from("", "", "DELETE", path), 204);  // a program
}

TEST_F(UserTokenAdministration, TheListHoldsNoPassCodeAndHasLimits) {
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

TEST_F(UserTokenAdministration, OfNexus2HasItsSettingsStatusAndUsers) {
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

TEST_F(UserTokenAdministration, TheAuditLogSaysWhoDidWhatToWhosePair) {
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
