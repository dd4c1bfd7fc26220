// Rotation, revoking all, the list for programs, and the reminder.
#include "credentials_site.h"

namespace latchkey::pages {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Rotation : public CredentialsTest {
 protected:
  wire::Json made(const std::string& body = "{}") {
    const PageResult result = serve(json_post("", body));
    EXPECT_EQ(result.answer.status, 201) << result.answer.body;
    return json_of(result);
  }
};

TEST_F(Rotation, GivesOneLikeTheOldOneWhichEndsSoon) {
  const wire::Json old = made(R"({"label": "ci", "lifetime": 90, "scopes": ["read"]})");
  const std::string id = *old.string("id");
  const PageResult result = serve(json_post("/" + id + "/rotate", R"({"overlap": "1h"})"));
  ASSERT_EQ(result.answer.status, 201) << result.answer.body;
  const wire::Json next = json_of(result);
  EXPECT_EQ(*next.string("replaces"), id);
  EXPECT_EQ(*record(*next.string("id")).string("label"), "ci");
  EXPECT_EQ(*record(*next.string("id")).strings("scopes"), std::vector<std::string>{"read"});
  EXPECT_EQ(*record(*next.string("id")).string("expires"), *old.string("expires"));
  EXPECT_EQ(*record(id).string("replaced_by"), *next.string("id"));
  EXPECT_EQ(*record(id).string("expires"), *next.string("replaced_until"));

  EXPECT_TRUE(good(*old.string("password")));
  EXPECT_TRUE(good(*next.string("password")));
  now_ += std::chrono::hours(1);
  EXPECT_FALSE(good(*old.string("password")));
  EXPECT_TRUE(good(*next.string("password")));
  EXPECT_EQ(*record(id).string("state"), "replaced");
}

TEST_F(Rotation, TakesTheConfiguredOverlapWhenNoneIsNamed) {
  const std::string id = *made().string("id");
  const wire::Json next = json_of(serve(json_post("/" + id + "/rotate", "")));
  EXPECT_EQ(*next.string("replaced_until"), *record(id).string("expires"));
  const auto old = store_.credentials().find(CredentialId(id));
  EXPECT_EQ(old->credential.expires, now_ + std::chrono::hours(24));
}

TEST_F(Rotation, WithoutOverlapEndsTheOldOneAtOnce) {
  const wire::Json old = made(R"({"form": "short"})");
  const PageResult result =
      serve(json_post("/" + *old.string("id") + "/rotate", R"({"overlap": "0s"})"));
  EXPECT_THAT(*json_of(result).string("password"), StartsWith("lkc_"));
  EXPECT_FALSE(good(*old.string("password")));
}

TEST_F(Rotation, IsDoneOnceAndForLiveOnesOfOnesOwnOnly) {
  const std::string id = *made().string("id");
  ASSERT_EQ(serve(json_post("/" + id + "/rotate", "{}")).answer.status, 201);
  EXPECT_EQ(serve(json_post("/" + id + "/rotate", "{}")).reason, "rotated_before");
  const std::string dead = *made().string("id");
  ASSERT_THAT(store_.credentials().revoke(CredentialId(dead), now_, kSomebody), IsOk());
  EXPECT_EQ(serve(json_post("/" + dead + "/rotate", "{}")).reason, "credential_ended");
  PageRequest eves = json_post("/" + *made().string("id") + "/rotate", "{}");
  eves.query.cookies = "__Host-latchkey=" + eve_.cookie;
  EXPECT_EQ(serve(eves).answer.status, 404);
}

TEST_F(Rotation, RefusesOddBodies) {
  const std::string id = *made().string("id");
  for (const char* body : {R"({"overlap": "31d"})", R"({"overlap": 5})", R"({"overlap": "-1h"})",
                           R"({"overlap": "soon"})", R"({"overlapp": "1h"})", "[]", "{"}) {
    EXPECT_EQ(serve(json_post("/" + id + "/rotate", body)).answer.status, 400) << body;
  }
  PageRequest text = json_post("/" + id + "/rotate", "1h");
  text.content_type = "text/plain";
  EXPECT_EQ(serve(text).answer.status, 415);
  EXPECT_FALSE(record(id).has("replaced_by"));
}

TEST_F(Rotation, NeedsTheProofAndTheFormsTokenC5L12) {
  const std::string id = *made().string("id");
  PageRequest foreign = json_post("/" + id + "/rotate", "{}");
  foreign.query.hints.sec_fetch_site = "cross-site";
  EXPECT_EQ(serve(foreign).reason, "cross_site");
  PageRequest stale = form_post("/" + id + "/rotate", {});
  stale.body = "form_token=other";
  EXPECT_EQ(serve(stale).reason, "stale_form");
  EXPECT_EQ(serve(request("GET", "/" + id + "/rotate", anna_.cookie)).answer.status, 405);
  EXPECT_FALSE(record(id).has("replaced_by"));
}

TEST_F(Rotation, ByAFormShowsTheNewSecretOnce) {
  const std::string id = *made(R"({"label": "laptop"})").string("id");
  const PageResult result = serve(form_post("/" + id + "/rotate", {}));
  ASSERT_EQ(result.answer.status, 200) << result.answer.body;
  EXPECT_THAT(result.answer.body, HasSubstr("eyJ"));
  EXPECT_THAT(result.answer.body, HasSubstr("laptop"));
  EXPECT_THAT(result.detail, Not(HasSubstr("eyJ")));
}

TEST_F(Rotation, WorksForWhoHoldsAsManyAsAllowed) {
  std::string id;
  for (std::uint32_t i = 0; i < config_.credential.per_user_max; ++i) {
    id = *made().string("id");
  }
  EXPECT_EQ(serve(json_post("", "{}")).answer.status, 409);
  EXPECT_EQ(serve(json_post("/" + id + "/rotate", "{}")).answer.status, 201);
}

TEST_F(Rotation, AShortCredentialIsMadeOnRequestOrByDefault) {
  EXPECT_THAT(*made(R"({"form": "short"})").string("password"), StartsWith("lkc_"));
  EXPECT_THAT(*made().string("password"), StartsWith("eyJ"));
  EXPECT_EQ(serve(json_post("", R"({"form": "long"})")).answer.status, 400);
  config_.credential.form = model::TokenForm::kShort;
  const PageResult visited = serve(request("GET", "", anna_.cookie));
  const std::string token = *json_of(visited).string("password");
  EXPECT_THAT(token, StartsWith("lkc_"));
  EXPECT_TRUE(good(token));
}

// The list and the reminder.

TEST_F(Rotation, ListTellsProgramsAboutAllAndRemindsOfWhatEndsSoon) {
  const std::string late = *made(R"({"label": "late", "lifetime": 90})").string("id");
  now_ += Seconds(1);
  const std::string soon = *made(R"({"label": "soon", "lifetime": 14})").string("id");
  const PageResult result = serve(request("GET", "/list", anna_.cookie));
  ASSERT_EQ(result.answer.status, 200);
  EXPECT_THAT(result.answer.body, Not(HasSubstr("eyJ")));
  const std::vector<wire::Json> listed = *json_of(result).array("credentials");
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(*listed[0].string("id"), soon);
  EXPECT_TRUE(*listed[0].boolean("expires_soon"));
  EXPECT_EQ(*listed[1].string("id"), late);
  EXPECT_FALSE(*listed[1].boolean("expires_soon"));
  EXPECT_TRUE(json_of(serve(request("GET", "/list", eve_.cookie))).array("credentials")->empty());
}

TEST_F(Rotation, PageRemindsUntilTheCredentialIsRotated) {
  const std::string id = *made(R"({"lifetime": 14})").string("id");
  PageRequest page = request("GET", "", anna_.cookie);
  page.query.hints.accept = "text/html";
  EXPECT_THAT(serve(page).answer.body, HasSubstr("It ends soon"));
  ASSERT_THAT(store_.credentials().revoke(CredentialId(id), now_, kSomebody), IsOk());
  EXPECT_THAT(serve(page).answer.body, Not(HasSubstr("It ends soon")));
}

// Revoking all.

TEST_F(Rotation, RevokeAllEndsEveryOneOfOnesOwn) {
  const std::string first = *made().string("password");
  const std::string second = *made(R"({"form": "short"})").string("password");
  PageRequest eves = json_post("", "{}");
  eves.query.cookies = "__Host-latchkey=" + eve_.cookie;
  const std::string other = *json_of(serve(eves)).string("password");
  const PageResult result = serve(json_post("/revoke-all", ""));
  ASSERT_EQ(result.answer.status, 200);
  EXPECT_EQ(*json_of(result).integer("revoked"), 2);
  EXPECT_FALSE(good(first));
  EXPECT_FALSE(good(second));
  EXPECT_TRUE(good(other));
}

TEST_F(Rotation, RevokeAllByAFormLeadsBackAndNeedsItsToken) {
  const std::string token = *made().string("password");
  PageRequest stale = form_post("/revoke-all", {});
  stale.body = "form_token=other";
  EXPECT_EQ(serve(stale).reason, "stale_form");
  PageRequest foreign = form_post("/revoke-all", {});
  foreign.query.hints.sec_fetch_site = "same-site";
  EXPECT_EQ(serve(foreign).reason, "cross_site");
  EXPECT_TRUE(good(token));
  const PageResult result = serve(form_post("/revoke-all", {}));
  EXPECT_EQ(result.answer.status, 303);
  EXPECT_EQ(header(result.answer, "Location"), "https://sso.example/cli/credentials?revoked=all");
  EXPECT_FALSE(good(token));
}

}  // namespace
}  // namespace latchkey::pages
