// GitHub's API as it is documented, with its pages, its limits and its faults.
#include "latchkey/provider/github.h"

#include <gtest/gtest.h>

#include <map>

#include "provider/paging.h"
#include "support/results.h"

namespace latchkey::provider {
namespace {

using namespace std::literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr TimePoint kNow = from_unix(1'800'000'000);

remote::HttpResponse reply(int status, std::string body = "{}") {
  return {status, "application/json", std::move(body)};
}

// Answers by address.
class Shelf final : public remote::HttpClient {
 public:
  Result<remote::HttpResponse> send(const remote::HttpRequest& request) override {
    asked.push_back(request.url);
    last_form = request.form.reveal();
    bearer = request.bearer.reveal();
    const auto found = answers.find(request.url);
    if (found == answers.end()) return reply(404);
    return found->second;
  }
  void put(const std::string& path, std::string body, std::string link = "") {
    remote::HttpResponse& answer = answers["https://api.github.com" + path];
    answer = reply(200, std::move(body));
    answer.link = std::move(link);
  }
  std::map<std::string, remote::HttpResponse> answers;
  std::vector<std::string> asked;
  std::string last_form, bearer;
};

class GithubTest : public ::testing::Test {
 protected:
  GithubTest() : settings_(config::provider_of_type(config::ProviderType::kGithub)) {
    settings_.api_url = "https://api.github.com";
    settings_.client_id = "client";
    settings_.client_secret = SecretString("s3cret-s3cret"sv);
    shelf_.answers["https://github.com/login/oauth/access_token"] =
        reply(200, R"({"access_token":"gho_1","token_type":"bearer","scope":"x"})");
    shelf_.put("/user", R"({"login":"Ann","id":583231,"name":"Ann Example","email":"spoof@evil"})");
    shelf_.put("/user/emails?per_page=100",
               R"([{"email":"old@x.test","primary":false,"verified":true,"visibility":null},
                   {"email":"ann@x.test","primary":true,"verified":true,"visibility":"public"}])");
    shelf_.put("/user/orgs?per_page=100", R"([{"login":"Acme","id":1},{"login":"other","id":2}])");
    shelf_.put("/user/teams?per_page=100",
               R"([{"slug":"platform","name":"Platform","organization":{"login":"Acme"}}])");
  }

  Result<SignedIn> finish() {
    SystemRandom random;
    const LoginState state = begin_login("github", "/", std::string(43, 'a'), kNow, random);
    return github_.finish({SecretString("code-1"sv), std::nullopt}, state,
                          "https://sso.test/oauth/callback", kNow);
  }

  Standing recheck(std::string_view subject = "583231") {
    return github_.recheck({Grant::Kind::kAccessToken, SecretString("gho_1"sv)},
                           std::string(subject), [](const Grant&) { return Outcome(); }, kNow);
  }

  void fail_at(const std::string& path, remote::HttpResponse response) {
    shelf_.answers["https://api.github.com" + path] = std::move(response);
  }

  config::Provider settings_;
  Shelf shelf_;
  Github github_{settings_, shelf_};
};

TEST_F(GithubTest, SendsTheBrowserWithStateAndPkceL15N37) {
  SystemRandom random;
  const LoginState state = begin_login("github", "/", std::string(43, 'a'), kNow, random);
  const auto url = github_.start(state, "sealed", "https://sso.test/oauth/callback", kNow);
  ASSERT_THAT(url, IsOk());
  EXPECT_THAT(*url, HasSubstr("https://github.com/login/oauth/authorize?client_id=client&"));
  EXPECT_THAT(*url, HasSubstr("&scope=read%3Auser%20user%3Aemail%20read%3Aorg&state=sealed&"));
  EXPECT_THAT(*url, HasSubstr("&code_challenge_method=S256"));
}

TEST_F(GithubTest, TellsThePersonByNumberWithVerifiedMailOrganizationsAndTeams) {
  const auto person = finish();
  ASSERT_THAT(person, IsOk());
  EXPECT_EQ(person->issuer, "https://github.com");
  EXPECT_EQ(person->subject, "583231");
  EXPECT_EQ(person->claims.user_name, "Ann");
  EXPECT_EQ(person->claims.display_name, "Ann Example");
  EXPECT_EQ(person->claims.mail, "ann@x.test");
  EXPECT_EQ(person->claims.mail_proof, MailProof::kVerified);
  EXPECT_THAT(person->claims.groups, ElementsAre("Acme", "other", "Acme:platform"));
  EXPECT_EQ(person->grant.token.reveal(), "gho_1");
  EXPECT_EQ(shelf_.bearer, "gho_1");
}

TEST_F(GithubTest, TakesNoMailThatIsNotMainAndVerifiedO13) {
  shelf_.put("/user/emails?per_page=100",
             R"([{"email":"a@corp.test","primary":true,"verified":false},
                 {"email":"b@corp.test","primary":false,"verified":true}])");
  EXPECT_EQ(finish()->claims.mail, "");
}

TEST_F(GithubTest, ReadsEveryPage) {
  const std::string page = "https://api.github.com/user/orgs?per_page=100&page=";
  shelf_.put("/user/orgs?per_page=100", R"([{"login":"a"}])",
             "<" + page + "2>; rel=\"next\", <" + page + "3>; rel=\"last\"");
  shelf_.put("/user/orgs?per_page=100&page=2", R"([{"login":"b"}])",
             "<" + page + "1>; rel=\"prev\", <" + page + "3>; rel=\"next\"");
  shelf_.put("/user/orgs?per_page=100&page=3", R"([{"login":"c"}])",
             "<" + page + "2>; rel=\"prev\"");
  EXPECT_THAT(finish()->claims.organizations, ElementsAre("a", "b", "c"));
}

TEST_F(GithubTest, SendsTheTokenToNoOtherPlaceThatAPageNamesN12) {
  shelf_.put("/user/orgs?per_page=100", "[]", "<https://api.github.com.evil.test/x>; rel=\"next\"");
  EXPECT_THAT(finish(), FailsWith(ErrorCode::kRefused));
  for (const std::string& url : shelf_.asked) EXPECT_FALSE(url.contains("evil")) << url;
}

TEST_F(GithubTest, GivesUpOnAListWithoutAnEnd) {
  shelf_.put("/user/teams?per_page=100", "[]",
             "<https://api.github.com/user/teams?per_page=100>; rel=\"next\"");
  EXPECT_THAT(finish(), FailsWith(ErrorCode::kRefused));
  EXPECT_LT(shelf_.asked.size(), 100u);
}

TEST_F(GithubTest, DemandsAnOrganizationWhateverTheCaseO7) {
  settings_.allowed_organizations = {"acme"};
  EXPECT_EQ(finish()->unmet, std::nullopt);
  settings_.allowed_organizations = {"acm", "acme2"};
  EXPECT_NE(finish()->unmet, std::nullopt);
}

TEST_F(GithubTest, DemandsATeamOfTheOrganizationO7) {
  settings_.allowed_organizations = {"acme"};
  settings_.allowed_teams = {"acme:platform"};
  EXPECT_EQ(finish()->unmet, std::nullopt);
  settings_.allowed_teams = {"other:platform"};
  EXPECT_NE(finish()->unmet, std::nullopt);
}

// Everybody may found an organization called as some rule's group is.
TEST_F(GithubTest, HandsOnNoGroupOfAnOrganizationThatIsNotAskedFor) {
  settings_.allowed_organizations = {"acme"};
  EXPECT_THAT(finish()->claims.groups, ElementsAre("Acme", "Acme:platform"));
  EXPECT_THAT(recheck().claims->groups, ElementsAre("Acme", "Acme:platform"));
  settings_.allowed_organizations = {};
  settings_.allowed_teams = {"acme:platform"};
  EXPECT_THAT(finish()->claims.groups, ElementsAre("Acme", "Acme:platform"));
  settings_.allowed_teams = {"other:platform"};
  EXPECT_THAT(finish()->claims.groups, ElementsAre("other"));
}

TEST_F(GithubTest, AsksOnlyForWhatItsScopesCover) {
  settings_.scopes = {"read:user"};
  settings_.allowed_organizations = {"acme"};
  const auto person = finish();
  ASSERT_THAT(person, IsOk());
  EXPECT_THAT(person->claims.groups, IsEmpty());
  EXPECT_NE(person->unmet, std::nullopt);
}

TEST_F(GithubTest, RefusesEveryFaultOfItsAnswersO15M45) {
  for (const char* path : {"/user", "/user/emails?per_page=100", "/user/orgs?per_page=100",
                           "/user/teams?per_page=100"}) {
    const auto good = shelf_.answers["https://api.github.com" + std::string(path)];
    for (const int status : {302, 403, 404, 429, 500, 503}) {
      fail_at(path, reply(status));
      EXPECT_THAT(finish(), FailsWith(ErrorCode::kRefused)) << path << status;
    }
    for (const char* body : {"", "garbage", "{}", "[{}]", "[1]", "null"}) {
      fail_at(path, reply(200, body));
      EXPECT_FALSE(finish().has_value()) << path << body;
    }
    fail_at(path, good);
  }
  EXPECT_THAT(finish(), IsOk());
}

TEST_F(GithubTest, RefusesACodeThatGitHubRefusesWithA200) {
  shelf_.answers["https://github.com/login/oauth/access_token"] =
      reply(200, R"({"error":"bad_verification_code","error_description":"x"})");
  EXPECT_THAT(finish(), FailsWith(ErrorCode::kRefused));
  EXPECT_EQ(shelf_.asked.size(), 1u);
}

TEST_F(GithubTest, SaysMemberWithFreshGroups) {
  const Standing standing = recheck();
  EXPECT_EQ(standing.kind, Standing::Kind::kMember);
  EXPECT_THAT(standing.claims->groups, ElementsAre("Acme", "other", "Acme:platform"));
}

TEST_F(GithubTest, SaysLostWhenTheTokenIsRevoked) {
  fail_at("/user", reply(401, R"({"message":"Bad credentials"})"));
  EXPECT_EQ(recheck().kind, Standing::Kind::kLost);
}

TEST_F(GithubTest, SaysLostWhenTheOrganizationIsGoneOrThePersonAnother) {
  settings_.allowed_organizations = {"acme"};
  shelf_.put("/user/orgs?per_page=100", "[]");
  EXPECT_EQ(recheck().kind, Standing::Kind::kLost);
  EXPECT_EQ(recheck("1").kind, Standing::Kind::kLost);
}

TEST_F(GithubTest, WaitsAsTheRateLimitSays) {
  remote::HttpResponse primary = reply(403);
  primary.limited_until = kNow + Seconds(900);
  fail_at("/user/orgs?per_page=100", primary);
  const Standing standing = recheck();
  EXPECT_EQ(standing.kind, Standing::Kind::kUnknown);
  EXPECT_EQ(standing.wait, Seconds(900));
  remote::HttpResponse secondary = reply(429);
  secondary.retry_after = Seconds(60);
  fail_at("/user/orgs?per_page=100", secondary);
  EXPECT_EQ(recheck().wait, Seconds(60));
  fail_at("/user/orgs?per_page=100", reply(403));
  EXPECT_EQ(recheck().kind, Standing::Kind::kUnknown);
}

TEST_F(GithubTest, RenewsATokenThatExpiresAndKeepsTheNewGrantFirst) {
  shelf_.answers["https://github.com/login/oauth/access_token"] =
      reply(200, R"({"access_token":"ghu_2","token_type":"bearer","refresh_token":"ghr_2"})");
  std::size_t asked_before = 0;
  std::string kept;
  const auto keep = [&](const Grant& grant) -> Outcome {
    asked_before = shelf_.asked.size();
    kept = grant.token.reveal();
    return {};
  };
  const Standing standing = github_.recheck(
      {Grant::Kind::kRefreshToken, SecretString("ghr_1"sv)}, "583231", keep, kNow);
  EXPECT_EQ(standing.kind, Standing::Kind::kMember);
  EXPECT_EQ(kept, "ghr_2");
  EXPECT_EQ(asked_before, 1u);
  EXPECT_EQ(shelf_.bearer, "ghu_2");
}

TEST(Paging, FindsTheNextPageAmongItsRelations) {
  const std::string api = "https://api.test";
  EXPECT_EQ(*next_page("", api), std::nullopt);
  EXPECT_EQ(*next_page("<https://api.test/x?page=1>; rel=\"prev\"", api), std::nullopt);
  EXPECT_EQ(*next_page("<https://api.test/x?page=3>; rel=\"next\"", api), "https://api.test/x?page=3");
  EXPECT_EQ(*next_page("<https://api.test/a>; rel=\"first\", "
                       "<https://api.test/b>; title=\"t\"; rel=\"next\"", api),
            "https://api.test/b");
  EXPECT_THAT(next_page("https://api.test/x; rel=\"next\"", api), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(next_page("<https://api.testing/x>; rel=\"next\"", api),
              FailsWith(ErrorCode::kRefused));
}

}  // namespace
}  // namespace latchkey::provider
