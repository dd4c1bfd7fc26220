#include "latchkey/wire/redirect.h"

#include <gtest/gtest.h>

#include "support/redirect_corpus.h"
#include "url_oracles.h"

namespace latchkey::wire {
namespace {

std::string redirect(std::string_view rd) { return safe_redirect(rd, kOwnPaths); }

void refuses(std::initializer_list<std::string_view> targets) {
  for (const std::string_view rd : targets) EXPECT_EQ(redirect(rd), "/") << rd;
}

TEST(Redirect, KeepsEveryGoodTargetOfTheCorpus) {
  for (const std::string& rd : kGoodRedirects) EXPECT_EQ(redirect(rd), rd);
}

TEST(Redirect, SendsEveryBadTargetOfTheCorpusHome) {
  EXPECT_GE(kBadRedirects.size(), 100U);
  for (const std::string& rd : kBadRedirects) EXPECT_EQ(redirect(rd), "/") << rd;
}

TEST(Redirect, KeepsOrdinaryPages) {
  for (const char* rd :
       {"/x?a=b&c=d#e", "/repository/maven-public/a/1.0/a-1.0.jar", "/a/./b/", "/a//b",
        "/job/x%20y/?z=%0d%0a", "/100%25", "/~u/(x)!$&'*+,;=:@[]", "/?rd=http://a", "/oauth",
        "/oauth/loginx", "/a?next=/oauth/login", "/a#/oauth/login"}) {
    EXPECT_EQ(redirect(rd), rd);
  }
}

TEST(Redirect, RefusesAnotherHostO2) {
  refuses({"//evil.test", "https://evil.test", "https:evil.test"});
}

TEST(Redirect, RefusesTheBackslashOpenRedirectO3) {
  refuses({"/\\evil.test", "/\\/evil.test", "/a\\b", "/%5cevil.test", "/a%5c", "/%255cevil.test"});
}

TEST(Redirect, RefusesEncodedWhitespaceO4) {
  refuses({"/%09/evil.test", "/%0a/evil.test", "/%0d/evil.test", "/%0b/evil.test", "/a%7fb"});
}

TEST(Redirect, RefusesWhitespaceThatIsEncodedAgainO5) {
  refuses(
      {"/%2509/evil.test", "/%25%30%39/evil.test", "/%252509/evil.test", "/%255c%255cevil.test"});
}

TEST(Redirect, RefusesSlashAndBackslashM6) { refuses({"/\\\\evil.test", "/%5C%2fevil.test"}); }

TEST(Redirect, RefusesAHostThatParsersCutDifferentlyM9M12) {
  refuses(
      {"https://evil.test\\.app.example", "https://evil\\.host", "https://evil.test#.app.example"});
}

TEST(Redirect, RefusesTheTabBeforeASecondSlashM13) { refuses({"/\t/evil.test", "/%09/evil.test"}); }

TEST(Redirect, RefusesUserinfoL18) {
  refuses({"https://trusted@evil.test", "//trusted@evil.test"});
}

// The last form of these is harmless; a form on the way there is not.
TEST(Redirect, RefusesTargetsThatAreBadInOneFormOnly) {
  refuses({"/a%2fb/..//evil.test", "/a%2fb/%2e%2e//evil.test", "/a%2fb/.%2e//evil.test",
           "/a%252fb/%2e%2e//evil.test"});
}

TEST(Redirect, RefusesMoreDecodingsThanItFollows) {
  EXPECT_EQ(redirect("/a%252520b"), "/a%252520b");
  refuses({"/a%25252520b", "/%25252525252fevil.test"});
}

TEST(Redirect, RefusesOwnPagesHoweverSpelledBecauseOfTheLoop) {
  refuses({"/oauth/login?rd=/", "/oauth/login/", "/oauth/login/x", "/oauth//login",
           "/oauth/./login", "/a/../oauth/login", "/%6fauth/login", "/%256fauth/login",
           "/oauth%2flogin", "/oauth/login;x=1", "/oauth/callback?code=1", "/oauth/logout#x",
           "/oauth/log%69n", "/oauth;a/login"});
}

TEST(Redirect, RefusesEveryByteThatNoUriHas) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool allowed = byte < 0x80 &&
                         std::string_view(
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrs"
                             "tuvwxyz0123456789-._~/?#[]@!$&'()*+,;=:")
                             .contains(c) &&
                         c != '\0';
    const std::string rd = std::string("/a") + c;
    EXPECT_EQ(redirect(rd), allowed ? rd : "/") << byte;
  }
}

TEST(Redirect, HasALimit) {
  const std::string full = "/" + std::string(kRedirectBytesMax - 1, 'a');
  EXPECT_EQ(redirect(full), full);
  EXPECT_EQ(redirect(full + "a"), "/");
}

TEST(Redirect, DecodesNoneOfWhatItReturns) { EXPECT_EQ(redirect("/a%2Fb%20c"), "/a%2Fb%20c"); }

// The property that all rows above are examples of, over an alphabet of what attacks are made of.
TEST(Redirect, StaysOnTheSiteForTwoOtherParsersO5) {
  constexpr std::string_view kPieces[] = {"/",
                                          "/",
                                          "\\",
                                          ".",
                                          "..",
                                          "%2e",
                                          "%2f",
                                          "%5c",
                                          "%25",
                                          "%09",
                                          "%0a",
                                          "%00",
                                          "%",
                                          "@",
                                          ":",
                                          ";",
                                          "?",
                                          "#",
                                          "&",
                                          "=",
                                          "a",
                                          "b",
                                          "evil.test",
                                          "app.example",
                                          "http",
                                          "https:",
                                          "javascript:",
                                          "\t",
                                          "\n",
                                          " ",
                                          "2f",
                                          "5c",
                                          "2e",
                                          "252f",
                                          "[",
                                          "]",
                                          "\xe3\x80\xb1",
                                          "\x01",
                                          "oauth/login",
                                          "//",
                                          "xn--",
                                          "~"};
  std::uint64_t state = 20'250'101;
  const auto next = [&state] {
    state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    return state >> 33;
  };
  int accepted = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    std::string rd = next() % 4 == 0 ? "" : "/";
    for (std::uint64_t pieces = next() % 7; pieces > 0; --pieces) {
      rd += kPieces[next() % std::size(kPieces)];
    }
    const std::string result = redirect(rd);
    ASSERT_TRUE(result == rd || result == "/") << rd;
    if (result != rd) continue;
    ++accepted;
    ASSERT_EQ(testing_only::browser_origin_of(rd), "https://app.example") << rd;
    ASSERT_EQ(testing_only::curl_origin_of(rd), "https://app.example") << rd;
  }
  EXPECT_GT(accepted, 50'000) << "the property was hardly tried";
}

TEST(Redirect, IsJudgedByOraclesThatSeeTheAttacks) {
  for (const char* rd :
       {"//evil.test", "/\\evil.test", "/\t/evil.test", "\\\\evil.test", " //evil.test",
        "http:evil.test", "https://evil.test", "https://app.example@evil.test"}) {
    EXPECT_NE(testing_only::browser_origin_of(rd), "https://app.example") << rd;
  }
  EXPECT_NE(testing_only::curl_origin_of("//evil.test"), "https://app.example");
  EXPECT_NE(testing_only::curl_origin_of("https://evil.test"), "https://app.example");
}

}  // namespace
}  // namespace latchkey::wire
