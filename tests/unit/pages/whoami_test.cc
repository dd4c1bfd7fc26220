// /whoami, the public keys and the health answers.
#include "latchkey/pages/whoami.h"

#include <fstream>

#include "latchkey/pages/health.h"
#include "latchkey/pages/issue.h"
#include "latchkey/pages/jwks.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/json.h"
#include "signed_in_site.h"

namespace latchkey::pages {
namespace {

using testing::HasSubstr;
using testing::Not;

class Whoami : public SiteTest {
 protected:
  PageResult serve(const PageRequest& asked) { return WhoamiPage(parts()).serve(asked); }
};

TEST_F(Whoami, TellsProgramsInJson) {
  const PageResult result = serve(request("GET", "", anna_.cookie));
  EXPECT_EQ(result.answer.status, 200);
  const wire::Json json = *wire::Json::parse(result.answer.body, kBodyBytesMax);
  EXPECT_EQ(*json.string("username"), "anna");
  EXPECT_EQ(*json.string("mail"), "anna@sso.example");
  EXPECT_EQ(*json.string("auth"), "session");
  EXPECT_EQ(json.strings("groups")->size(), 2u);
  EXPECT_TRUE(json.has("until"));
}

TEST_F(Whoami, TellsPeopleOnAPageWithEscapedGroups) {
  PageRequest asked = request("GET", "", anna_.cookie);
  asked.query.hints.accept = "text/html";
  const std::string html = serve(asked).answer.body;
  EXPECT_THAT(html, HasSubstr("a&lt;b&gt;"));
  EXPECT_THAT(html, HasSubstr("Signed in as <strong>anna</strong>"));
}

TEST_F(Whoami, SaysWhereEachFactCameFrom) {
  const PageResult result = serve(request("GET", "", anna_.cookie));
  const wire::Json json = *wire::Json::parse(result.answer.body, kBodyBytesMax);
  const wire::Json sources = *json.object("sources");
  EXPECT_THAT(*sources.string("username"), HasSubstr("provider"));
  EXPECT_EQ(*sources.string("groups"), *sources.string("username"));
  PageRequest asked = request("GET", "", anna_.cookie);
  asked.query.hints.accept = "text/html";
  EXPECT_THAT(serve(asked).answer.body, HasSubstr("from: provider"));
}

TEST_F(Whoami, NamesTheDirectoryForWhatItSaid) {
  const auto sources = [&](model::Groups groups) {
    const store::DirectoryNews news[] = {{anna_.account.id,
                                          {.standing = model::Standing::kKnown,
                                           .unique_id = "1",
                                           .facts = {.display_name = "Anna of the directory",
                                                     .mail = "",
                                                     .groups = {"staff"}},
                                           .groups = groups,
                                           .checked = now_,
                                           .until = now_ + Seconds(60)}}};
    EXPECT_THAT(store_.accounts().take_in(news), IsOk());
    const PageResult result = serve(request("GET", "", anna_.cookie));
    return *wire::Json::parse(result.answer.body, kBodyBytesMax)->object("sources");
  };
  const wire::Json replaced = sources(model::Groups::kOfDirectory);
  EXPECT_EQ(*replaced.string("username"), "provider corp");
  EXPECT_EQ(*replaced.string("display_name"), "directory");
  EXPECT_EQ(*replaced.string("mail"), "provider corp");
  EXPECT_EQ(*replaced.string("groups"), "directory");
  EXPECT_EQ(*sources(model::Groups::kOfBoth).string("groups"), "directory and provider corp");
}

TEST_F(Whoami, TellsWhichGroupsStayHere) {
  config_.identity.groups_filter = "nothing";
  const PageResult result = serve(request("GET", "", anna_.cookie));
  const wire::Json json = *wire::Json::parse(result.answer.body, kBodyBytesMax);
  EXPECT_EQ(json.strings("groups_withheld")->size(), 2u);
}

TEST_F(Whoami, NeverShowsTheCookieN32) {
  PageRequest asked = request("GET", "", anna_.cookie);
  EXPECT_THAT(serve(asked).answer.body, Not(HasSubstr(anna_.cookie)));
  asked.query.hints.accept = "text/html";
  EXPECT_THAT(serve(asked).answer.body, Not(HasSubstr(anna_.cookie)));
}

TEST_F(Whoami, TellsNobodyWhomTheScopesLeaveOut) {
  const Issued issued = *issue(config_, store_, anna_.account,
                               {.label = {}, .lifetime = std::chrono::days(1), .scopes = {"from:192.0.2.0/24"}},
                               now_, random_, kSomebody);
  PageRequest asked = request("GET", "", "");
  asked.query.authorization = SecretString("Bearer " + std::string(issued.token.reveal()));
  asked.query.remote_address = "192.0.2.9";
  EXPECT_EQ(serve(asked).answer.status, 200);
  asked.query.remote_address = "198.51.100.9";
  const PageResult refused = serve(asked);
  EXPECT_EQ(refused.answer.status, 403);
  EXPECT_THAT(refused.answer.body, Not(HasSubstr("anna")));
}

TEST_F(Whoami, RefusesNobody) {
  EXPECT_EQ(serve(request("GET", "", "")).answer.status, 401);
}

TEST_F(Whoami, RefusesABadCredentialBesideAGoodSession) {
  PageRequest asked = request("GET", "", anna_.cookie);
  asked.query.authorization = SecretString(std::string("Bearer nonsense"));
  EXPECT_EQ(serve(asked).answer.status, 401);
}

TEST_F(Whoami, TellsAThrottledPasswordHowLongToWait) {
  config_.local.basic = true;
  config_.local.users_file = root_ + "/users";
  std::ofstream(config_.local.users_file).flush();
  std::filesystem::permissions(config_.local.users_file, std::filesystem::perms(0600));
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(store_.attempts().record_failure("dora", "192.0.2.1", now_), IsOk());
  }
  PageRequest asked = request("GET", "", "");
  asked.query.authorization = SecretString("Basic " + wire::base64_encode("dora:guessed"));

  const PageResult refused = serve(asked);

  const auto wait = store_.attempts().retry_after("dora", "192.0.2.1", now_);
  EXPECT_EQ(refused.answer.status, 429);
  EXPECT_GT(wait->value(), Seconds(60));
  EXPECT_EQ(header(refused.answer, "Retry-After"), std::to_string(wait->value().count()));
}

using Jwks = SiteTest;

TEST_F(Jwks, ShowsPublicKeysOnlyAndMayBeKept) {
  const PageResult result =
      JwksPage(crypto::KeyDirectory(root_ + "/keys")).serve(request("GET", "", ""));
  EXPECT_EQ(result.answer.status, 200);
  EXPECT_EQ(header(result.answer, "Cache-Control"), "public, max-age=300");
  const wire::Json json = *wire::Json::parse(result.answer.body, kBodyBytesMax);
  const std::vector<wire::Json> keys = *json.array("keys");
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_FALSE(keys[0].has("d"));
  EXPECT_FALSE(keys[0].has("p"));
}

TEST_F(Jwks, SaysThatItCannotTell) {
  const PageResult result =
      JwksPage(crypto::KeyDirectory(root_ + "/nowhere")).serve(request("GET", "", ""));
  EXPECT_EQ(result.answer.status, 503);
  EXPECT_THAT(result.answer.body, Not(HasSubstr(root_)));
}

using Health = SiteTest;

TEST_F(Health, IsAliveWithoutAnything) {
  EXPECT_EQ(HealthzPage().serve(request("GET", "", "")).answer.status, 200);
}

TEST_F(Health, IsReadyWithStoreAndKeys) {
  ReadyzPage page(store_, crypto::KeyDirectory(root_ + "/keys"));
  EXPECT_EQ(page.serve(request("GET", "", "")).answer.status, 200);
}

TEST_F(Health, IsNotReadyWithoutKeysAndTellsStrangersNotWhy) {
  ReadyzPage page(store_, crypto::KeyDirectory(root_ + "/nowhere"));
  const PageResult result = page.serve(request("GET", "", ""));
  EXPECT_EQ(result.answer.status, 503);
  EXPECT_EQ(result.answer.body, "not ready\n");
  EXPECT_FALSE(result.detail.empty());
}

TEST_F(Health, IsNotReadyWithoutTheStore) {
  std::filesystem::remove_all(root_ + "/state");
  store_.recheck_file();
  ReadyzPage page(store_, crypto::KeyDirectory(root_ + "/keys"));
  EXPECT_EQ(page.serve(request("GET", "", "")).answer.status, 503);
}

}  // namespace
}  // namespace latchkey::pages
