#include "latchkey/fcgi/params.h"

#include <gmock/gmock.h>

#include <string>

namespace latchkey::fcgi {
namespace {

TEST(Params, TakesTheLastOfARepeatedName) {
  const Params params = Params::of({{"CONTENT_LENGTH", "5"}, {"CONTENT_LENGTH", ""}});
  EXPECT_EQ(params.get("CONTENT_LENGTH"), "");
}

TEST(Params, JoinsTheCookiePartsInOrder) {
  const Params params =
      Params::of({{"HTTP_COOKIE", "a=1"}, {"HTTP_ACCEPT", "x"}, {"HTTP_COOKIE", "b=2"}});
  EXPECT_EQ(params.get("HTTP_COOKIE"), "a=1; b=2");
}

TEST(Params, KeepsJoinedCookiesWhenMoved) {
  Params first = Params::of({{"HTTP_COOKIE", "a"}, {"HTTP_COOKIE", "b"}});
  const Params second = std::move(first);
  EXPECT_EQ(second.get("HTTP_COOKIE"), "a; b");
}

TEST(Params, TellsOfARepeatedAuthorization) {
  EXPECT_FALSE(Params::of({{"HTTP_AUTHORIZATION", "Basic eA=="}}).authorization_repeated());
  const Params twice =
      Params::of({{"HTTP_AUTHORIZATION", "Basic eA=="}, {"HTTP_AUTHORIZATION", "Bearer x"}});
  EXPECT_TRUE(twice.authorization_repeated());
}

TEST(Params, TellsAbsentFromEmpty) {
  const Params params = Params::of({{"HTTPS", ""}});
  EXPECT_TRUE(params.find("HTTPS").has_value());
  EXPECT_FALSE(params.find("HTTP").has_value());
}

TEST(Params, NeverHoldsTheProxyOfAClientC14) {
  const Params params = Params::of({{"HTTP_PROXY", "http://evil.test"}, {"HTTP_HOST", "a"}});
  EXPECT_FALSE(params.find("HTTP_PROXY").has_value());
  EXPECT_EQ(params.size(), 1U);
}

TEST(Params, FlagsMoreThan64KiBC12) {
  const std::string half(kParamsBytesMax / 2, 'x');
  const Params fits = Params::of({{"A", half}, {"REQUEST_METHOD", "GET"}});
  const Params over = Params::of({{"A", half}, {"B", half}});
  EXPECT_FALSE(fits.too_large());
  EXPECT_TRUE(over.too_large());
  EXPECT_EQ(over.get("A").size(), half.size());
}

TEST(Params, FlagsMoreThan256NamesC12) {
  std::vector<std::string> texts;
  for (int i = 0; i <= 256; ++i) texts.push_back("N" + std::to_string(i) + "=v");
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  pointers.push_back(nullptr);
  const Params params = Params::from_fastcgi(pointers.data());
  EXPECT_TRUE(params.too_large());
  EXPECT_EQ(params.size(), kParamsCountMax);
}

TEST(Params, IgnoresTextsThatAreNoPair) {
  const char* const texts[] = {"nothing", "=value", "A=b=c", nullptr};
  const Params params = Params::from_fastcgi(texts);
  EXPECT_EQ(params.size(), 1U);
  EXPECT_EQ(params.get("A"), "b=c");
}

TEST(Params, TakesOnlyNamesOfRequestsFromACgiEnvironmentC16) {
  const char* const environment[] = {"PATH=/evil",           "LD_PRELOAD=/evil.so",
                                     "HTTP_HOST=host.test",  "REQUEST_METHOD=GET",
                                     "LATCHKEY_MODE=check",  "AWS_SECRET=fcgiwrap's own",
                                     "HTTP_PROXY=evil.test", nullptr};
  const Params params = Params::from_cgi(environment);
  EXPECT_EQ(params.size(), 3U);
  EXPECT_EQ(params.get("HTTP_HOST"), "host.test");
  EXPECT_EQ(params.get("LATCHKEY_MODE"), "check");
}

}  // namespace
}  // namespace latchkey::fcgi
