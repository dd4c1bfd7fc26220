#include "latchkey/credential/present.h"

#include <gtest/gtest.h>

#include <variant>

#include "latchkey/config/cookie_names.h"

namespace latchkey::credential {
namespace {

using config::AuthorizationUse;
using model::Reason;

constexpr std::string_view kName = "__Host-latchkey";

model::AuthQuery sent(std::string_view authorization, std::string cookies) {
  model::AuthQuery query;
  if (!authorization.empty()) query.authorization = SecretString(authorization);
  query.cookies = std::move(cookies);
  return query;
}

model::Step<model::Credential> presented(const model::AuthQuery& query,
                                         AuthorizationUse use = AuthorizationUse::kLatchkey) {
  return present(query, use, kName);
}

Reason refused(const model::AuthQuery& query) {
  const auto step = presented(query);
  return step ? Reason::kAllowed : step.error().reason();
}

TEST(CookieName, FollowsFromTheSiteAlone) {
  config::Site site;
  EXPECT_EQ(config::cookie_names(site).session, "latchkey");
  EXPECT_EQ(config::cookie_names(site).login, "latchkey-login");
  site.https = true;
  EXPECT_EQ(config::cookie_names(site).session, "__Host-latchkey");
  EXPECT_EQ(config::cookie_names(site).login, "__Host-latchkey-login");
}

TEST(Present, IsNothingWhenNothingWasSent) {
  const auto credential = presented(sent("", ""));
  ASSERT_TRUE(credential.has_value());
  EXPECT_TRUE(std::holds_alternative<model::NoCredential>(*credential));
}

TEST(Present, TakesTheSessionCookie) {
  const auto credential = presented(sent("", "a=1; __Host-latchkey=xyz; b=2"));
  ASSERT_TRUE(credential.has_value());
  ASSERT_TRUE(std::holds_alternative<model::SessionCookie>(*credential));
  EXPECT_EQ(std::get<model::SessionCookie>(*credential).token.reveal(), "xyz");
}

TEST(Present, ReadsNoCookieOfAnotherNameL21C3) {
  for (const char* cookies : {"latchkey=x", "__Host-latchkey2=x", "x__Host-latchkey=x",
                              "__host-latchkey=x", "__Host-latchkey=", "__Host-latchkey"}) {
    const auto credential = presented(sent("", cookies));
    ASSERT_TRUE(credential.has_value()) << cookies;
    EXPECT_TRUE(std::holds_alternative<model::NoCredential>(*credential)) << cookies;
  }
}

TEST(Present, RefusesTwoSessionCookiesInBothOrdersC1) {
  for (const char* cookies : {"__Host-latchkey=a; __Host-latchkey=b",
                              "__Host-latchkey=b; x=1; __Host-latchkey=a"}) {
    const auto step = presented(sent("", cookies));
    ASSERT_FALSE(step.has_value()) << cookies;
    EXPECT_EQ(step.error().reason(), Reason::kDuplicateCookie);
  }
}

// A sibling domain may set `x` with any value, but no cookie with the prefix.
TEST(Present, ReadsNoSessionThatIsPlantedInTheValueOfAnotherCookieC1) {
  const auto credential = presented(sent("", "x=1,__Host-latchkey=planted"));
  ASSERT_TRUE(credential.has_value());
  EXPECT_TRUE(std::holds_alternative<model::NoCredential>(*credential));
}

TEST(Present, SplitsBasicAtTheFirstColon) {
  const auto credential = presented(sent("Basic YTpiOmM=", ""));  // a:b:c
  ASSERT_TRUE(credential.has_value());
  const auto& pair = std::get<model::BasicPair>(*credential);
  EXPECT_EQ(pair.user, "a");
  EXPECT_EQ(pair.password.reveal(), "b:c");
}

TEST(Present, TakesSchemesInAnyCase) {
  EXPECT_TRUE(std::holds_alternative<model::BasicPair>(*presented(sent("basic YTpi", ""))));
  EXPECT_TRUE(std::holds_alternative<model::BearerToken>(*presented(sent("BEARER x.y.z", ""))));
}

TEST(Present, LetsAuthorizationWinOverTheCookie) {
  const auto credential = presented(sent("Bearer x.y.z", "__Host-latchkey=s"));
  ASSERT_TRUE(credential.has_value());
  EXPECT_TRUE(std::holds_alternative<model::BearerToken>(*credential));
}

TEST(Present, RefusesABadAuthorizationBesideAGoodCookie) {
  EXPECT_EQ(refused(sent("Basic !!!", "__Host-latchkey=s")), Reason::kMalformedCredential);
  EXPECT_EQ(refused(sent("Basic a b", "__Host-latchkey=s")), Reason::kMalformedCredential);
}

TEST(Present, TakesNoTokenUnderAnotherSchemeV6) {
  for (const char* field : {"Foo eyJh.eyJi.c", "Digest username=\"a\"", "Negotiate YII=",
                            "Basic, Bearer x.y.z", "Basic YTpi, Bearer x.y.z", "x.y.z"}) {
    EXPECT_EQ(refused(sent(field, "")), Reason::kMalformedCredential) << field;
  }
}

TEST(Present, TakesNoTokenFromTheQueryV6) {
  model::AuthQuery query = sent("", "");
  query.request.query = "access_token=eyJh.eyJi.c";
  EXPECT_TRUE(std::holds_alternative<model::NoCredential>(*presented(query)));
}

TEST(Present, LeavesAuthorizationToTheApplicationWhereThePathSaysSo) {
  const model::AuthQuery query = sent("Basic !!!", "__Host-latchkey=s");
  const auto credential = presented(query, AuthorizationUse::kApplication);
  ASSERT_TRUE(credential.has_value());
  EXPECT_TRUE(std::holds_alternative<model::SessionCookie>(*credential));
}

TEST(Present, RefusesTooManyCookiesWithoutASignInLoopC2) {
  EXPECT_EQ(refused(sent("", std::string(40'000, 'a'))), Reason::kMalformedRequest);
}

TEST(Present, TakesAValueWeNeverMadeForNoSession) {
  EXPECT_EQ(refused(sent("", "__Host-latchkey=\xff")), Reason::kUnknownSession);
}

}  // namespace
}  // namespace latchkey::credential
