#include "latchkey/answer/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "support/answers.h"
#include "support/configs.h"

namespace latchkey::answer {
namespace {

using config::Challenge;
using model::Reason;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A request and the answer it gets; a program's GET of `/` unless a test says otherwise.
struct Asked {
  config::Config config = example_config();
  model::CanonicalRequest request = {.scheme = model::Scheme::kHttps,
                                     .host = "nexus.example",
                                     .method = "GET",
                                     .path = "/x",
                                     .has_encoded_slash = false,
                                     .query = "",
                                     .target = "/x?a=1&b=/c"};
  model::ClientHints hints = {};
  Challenge challenge = Challenge::kBrowser;

  model::Answer refused(Reason reason) const {
    return refusal(RefusalSettings(config), {request, hints, challenge}, reason);
  }
};

Asked by_browser() {
  Asked asked;
  asked.hints.accept = "text/html,application/xhtml+xml,*/*;q=0.8";
  asked.hints.sec_fetch_mode = "navigate";
  return asked;
}

Asked by_program() {
  Asked asked;
  asked.hints.accept = "*/*";
  return asked;
}

Asked by_docker() {
  Asked asked = by_program();
  asked.challenge = Challenge::kDocker;
  return asked;
}

constexpr auto kAllReasons = std::to_array<Reason>(
    {Reason::kNoCredential,     Reason::kMalformedCredential, Reason::kBadCredential,
     Reason::kExpiredCredential, Reason::kRevokedCredential,  Reason::kWrongUserName,
     Reason::kWrongAudience,    Reason::kUnknownSession,      Reason::kExpiredSession,
     Reason::kDuplicateCookie,  Reason::kAccountDisabled,     Reason::kTooManyAttempts,
     Reason::kMembershipUnconfirmed, Reason::kMembershipTooOld, Reason::kTokenRequired,
     Reason::kRuleDenied,       Reason::kNoRule,              Reason::kScopeDenied,
     Reason::kCrossSite,        Reason::kIdentityTooLarge,    Reason::kMalformedRequest,
     Reason::kAmbiguousTarget,  Reason::kUnknownHost,         Reason::kHttpsRequired,
     Reason::kStoreUnavailable, Reason::kBusy,                Reason::kInternal,
     Reason::kHealth,           Reason::kAllowed});

TEST(Refusal, HasTheStatusOfItsReason) {
  const Asked asked = by_program();
  for (const Reason reason :
       {Reason::kNoCredential, Reason::kMalformedCredential, Reason::kBadCredential,
        Reason::kExpiredCredential, Reason::kRevokedCredential, Reason::kWrongUserName,
        Reason::kWrongAudience, Reason::kUnknownSession, Reason::kExpiredSession,
        Reason::kAccountDisabled, Reason::kMembershipUnconfirmed}) {
    EXPECT_EQ(asked.refused(reason).status, 401) << model::name_of(reason);
  }
  for (const Reason reason : {Reason::kRuleDenied, Reason::kNoRule, Reason::kScopeDenied,
                              Reason::kCrossSite, Reason::kIdentityTooLarge}) {
    EXPECT_EQ(asked.refused(reason).status, 403) << model::name_of(reason);
  }
  for (const Reason reason : {Reason::kMalformedRequest, Reason::kAmbiguousTarget,
                              Reason::kUnknownHost, Reason::kHttpsRequired,
                              Reason::kDuplicateCookie}) {
    EXPECT_EQ(asked.refused(reason).status, 400) << model::name_of(reason);
  }
  for (const Reason reason : {Reason::kStoreUnavailable, Reason::kBusy, Reason::kInternal}) {
    EXPECT_EQ(asked.refused(reason).status, 503) << model::name_of(reason);
  }
  EXPECT_EQ(asked.refused(Reason::kTooManyAttempts).status, 429);
}

TEST(Refusal, IsNeverA2xxWhateverTheReasonAndWhoeverAsksM40) {
  for (const Reason reason : kAllReasons) {
    for (const Asked& asked : {by_browser(), by_program(), by_docker()}) {
      const model::Answer answer = asked.refused(reason);
      EXPECT_GE(answer.status, 300) << model::name_of(reason);
      EXPECT_EQ(field(answer, "Cache-Control"), "no-store");
    }
  }
}

TEST(Refusal, ChallengesWithExactlyOneSchemeAndOnlyOn401) {
  for (const Reason reason : kAllReasons) {
    for (const Asked& asked : {by_browser(), by_program(), by_docker()}) {
      const model::Answer answer = asked.refused(reason);
      EXPECT_EQ(fields(answer, "WWW-Authenticate").size(), answer.status == 401 ? 1u : 0u)
          << model::name_of(reason);
    }
  }
}

TEST(Refusal, TellsWhenToComeBackOnlyWhereThatHelps) {
  const Asked asked = by_program();
  EXPECT_EQ(field(asked.refused(Reason::kBusy), "Retry-After"), "5");
  EXPECT_EQ(field(asked.refused(Reason::kTooManyAttempts), "Retry-After"), "60");
  EXPECT_EQ(field(asked.refused(Reason::kRuleDenied), "Retry-After"), "(absent)");
}

// Navigations.

TEST(Navigation, GoesToTheSignInPageAndBack) {
  const model::Answer answer = by_browser().refused(Reason::kNoCredential);
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(field(answer, "Location"),
            "https://nexus.example/oauth/login?rd=%2Fx%3Fa%3D1%26b%3D%2Fc");
  EXPECT_EQ(answer.body, "");
}

TEST(Navigation, GoesToTheConfiguredHostNotToTheOneInTheRequestD7) {
  Asked asked = by_browser();
  asked.request.host = "evil.example";
  EXPECT_THAT(field(asked.refused(Reason::kNoCredential), "Location"),
              StartsWith("https://nexus.example/oauth/login?rd="));
}

TEST(Navigation, KeepsTheConfiguredPort) {
  Asked asked = by_browser();
  asked.request.host = "docker.example";
  EXPECT_THAT(field(asked.refused(Reason::kNoCredential), "Location"),
              StartsWith("https://docker.example:8443/oauth/login"));
}

TEST(Navigation, IsGetOrHeadOnly) {
  Asked asked = by_browser();
  asked.request.method = "HEAD";
  EXPECT_EQ(asked.refused(Reason::kNoCredential).status, 302);
  for (const char* method : {"POST", "PUT", "get", "OPTIONS"}) {
    asked.request.method = method;
    EXPECT_EQ(asked.refused(Reason::kNoCredential).status, 401) << method;
  }
}

TEST(Navigation, OfOldBrowsersIsKnownByWhatTheyAccept) {
  Asked asked = by_browser();
  asked.hints.sec_fetch_mode.clear();
  EXPECT_EQ(asked.refused(Reason::kNoCredential).status, 302);
  asked.hints.accept = "*/*";
  EXPECT_EQ(asked.refused(Reason::kNoCredential).status, 401);
}

TEST(Navigation, WithALongTargetComesBackToTheStart) {
  Asked asked = by_browser();
  asked.request.target = "/" + std::string(2000, 'a');
  EXPECT_EQ(field(asked.refused(Reason::kNoCredential), "Location"),
            "https://nexus.example/oauth/login?rd=%2F");
}

TEST(Navigation, OfADeadSessionSignsInAgain) {
  EXPECT_EQ(by_browser().refused(Reason::kUnknownSession).status, 302);
  EXPECT_EQ(by_browser().refused(Reason::kExpiredSession).status, 302);
}

TEST(Navigation, WithABadCredentialIsNotSentRoundInCirclesC9) {
  for (const Reason reason :
       {Reason::kBadCredential, Reason::kExpiredCredential, Reason::kRevokedCredential,
        Reason::kMalformedCredential, Reason::kWrongUserName, Reason::kWrongAudience}) {
    EXPECT_EQ(by_browser().refused(reason).status, 401) << model::name_of(reason);
  }
}

TEST(Navigation, OfADisabledAccountShowsAPageC9) {
  const model::Answer answer = by_browser().refused(Reason::kAccountDisabled);
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(answer.body, HasSubstr("disabled"));
}

TEST(Navigation, WhereNobodyBrowsesIsChallenged) {
  Asked asked = by_browser();
  asked.challenge = Challenge::kBasic;
  const model::Answer answer = asked.refused(Reason::kNoCredential);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(field(answer, "WWW-Authenticate"), "Basic realm=\"nexus-proxy\"");
}

// Scripts and programs.

TEST(Script, GetsBearerSoThatNoDialogPopsUp) {
  for (const char* mode : {"cors", "no-cors", "same-origin", "websocket"}) {
    Asked asked = by_browser();
    asked.hints.sec_fetch_mode = mode;
    EXPECT_EQ(field(asked.refused(Reason::kNoCredential), "WWW-Authenticate"),
              "Bearer realm=\"nexus-proxy\"");
  }
  Asked xhr = by_program();
  xhr.hints.has_requested_with = true;
  EXPECT_EQ(field(xhr.refused(Reason::kNoCredential), "WWW-Authenticate"),
            "Bearer realm=\"nexus-proxy\"");
}

TEST(Program, IsNeverRedirectedC10) {
  for (const char* accept : {"", "*/*", "application/json", "text/*", "text/html;q=0",
                             "application/vnd.pypi.simple.v1+json, text/html;q=0.01"}) {
    Asked asked = by_program();
    asked.hints.accept = accept;
    const model::Answer answer = asked.refused(Reason::kNoCredential);
    EXPECT_EQ(answer.status, 401) << accept;
    EXPECT_EQ(field(answer, "WWW-Authenticate"), "Basic realm=\"nexus-proxy\"");
    EXPECT_EQ(field(answer, "Content-Type"), "text/plain; charset=utf-8");
  }
}

TEST(Program, ReadsTheConfiguredRealmQuoted) {
  Asked asked = by_program();
  asked.config.site.realm = "a \"b\" \\c";
  EXPECT_EQ(field(asked.refused(Reason::kNoCredential), "WWW-Authenticate"),
            "Basic realm=\"a \\\"b\\\" \\\\c\"");
}

TEST(Docker, GetsItsVersionAndAJsonErrorList) {
  const model::Answer answer = by_docker().refused(Reason::kNoCredential);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(field(answer, "Docker-Distribution-Api-Version"), "registry/2.0");
  EXPECT_EQ(field(answer, "Content-Type"), "application/json");
  EXPECT_THAT(answer.body, StartsWith("{\"errors\":[{\"code\":\"UNAUTHORIZED\""));
  EXPECT_EQ(field(by_program().refused(Reason::kNoCredential), "Docker-Distribution-Api-Version"),
            "(absent)");
}

TEST(Docker, IsDeniedInItsOwnWords) {
  EXPECT_THAT(by_docker().refused(Reason::kRuleDenied).body, HasSubstr("\"DENIED\""));
  EXPECT_THAT(by_docker().refused(Reason::kBusy).body, HasSubstr("\"UNAVAILABLE\""));
}

// Bodies.

TEST(Body, NeverBeginsWithASlashOrAUrl) {
  for (const Reason reason : kAllReasons) {
    for (const Asked& asked : {by_browser(), by_program(), by_docker()}) {
      const std::string body = asked.refused(reason).body;
      EXPECT_THAT(body, Not(StartsWith("/")));
      EXPECT_THAT(body, Not(StartsWith("http")));
    }
  }
}

TEST(Body, EscapesWhatIsConfiguredM1) {
  Asked asked = by_browser();
  asked.config.site.title = "<script>alert('1')</script>\"&";
  const std::string body = asked.refused(Reason::kRuleDenied).body;
  EXPECT_THAT(body, Not(HasSubstr("<script")));
  EXPECT_THAT(body, HasSubstr("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;"));
}

TEST(Body, ShowsNothingThatTheClientSentM4) {
  Asked asked = by_browser();
  asked.request.target = asked.request.path = "/<script>zz</script>";
  asked.request.host = "zz.evil.example";
  asked.hints.user_agent = "zz";
  for (const Reason reason : kAllReasons) {
    EXPECT_THAT(asked.refused(reason).body, Not(HasSubstr("zz")));
  }
}

TEST(Body, RunsNoScriptAndIsNotFramedC6) {
  const model::Answer answer = by_browser().refused(Reason::kRuleDenied);
  EXPECT_THAT(field(answer, "Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(field(answer, "Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
  EXPECT_EQ(field(answer, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(field(answer, "Referrer-Policy"), "no-referrer");
}

TEST(Body, SaysWhatItDependsOn) {
  EXPECT_EQ(field(by_program().refused(Reason::kNoCredential), "Vary"),
            "Accept, Sec-Fetch-Mode, X-Requested-With");
}

TEST(UnknownHost, NamesTheConfiguredHosts) {
  Asked asked = by_browser();
  asked.request.host = "evil.example";
  const model::Answer answer = asked.refused(Reason::kUnknownHost);
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("<a href=\"https://nexus.example/\">"));
  EXPECT_THAT(answer.body, HasSubstr("https://docker.example:8443/"));
  EXPECT_THAT(answer.body, HasSubstr("<li>*.apps.example</li>"));
  EXPECT_THAT(by_program().refused(Reason::kUnknownHost).body, HasSubstr("nexus.example"));
}

TEST(HttpsRequired, LinksToHttpsAndDoesNotRedirect) {
  Asked asked = by_browser();
  asked.request.scheme = model::Scheme::kHttp;
  const model::Answer answer = asked.refused(Reason::kHttpsRequired);
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("<a href=\"https://nexus.example/\">"));
  EXPECT_EQ(field(answer, "Location"), "(absent)");
}

TEST(DuplicateCookie, ClearsBothNamesAndExplainsC1) {
  const model::Answer answer = by_browser().refused(Reason::kDuplicateCookie);
  EXPECT_EQ(answer.status, 400);
  const std::vector<std::string> cookies = fields(answer, "Set-Cookie");
  ASSERT_EQ(cookies.size(), 2u);
  EXPECT_THAT(cookies[0], StartsWith("__Host-latchkey=;"));
  EXPECT_THAT(cookies[1], StartsWith("latchkey=;"));
  EXPECT_THAT(answer.body, HasSubstr("two session cookies"));
}

TEST(Refusal, SetsNoCookieOtherwise) {
  for (const Reason reason : kAllReasons) {
    if (reason == Reason::kDuplicateCookie) continue;
    EXPECT_EQ(field(by_browser().refused(reason), "Set-Cookie"), "(absent)");
  }
}

TEST(Health, IsEmptyAndSetsNoCookie) {
  const model::Answer answer = health();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(field(answer, "Set-Cookie"), "(absent)");
}

}  // namespace
}  // namespace latchkey::answer
