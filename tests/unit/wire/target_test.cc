#include "latchkey/wire/target.h"

#include <gtest/gtest.h>

#include "latchkey/wire/form.h"
#include "latchkey/wire/path_below.h"
#include "support/results.h"

namespace latchkey::wire {
namespace {

// Returns the canonical path, or the word of the error.
std::string path_of(std::string_view raw, Semicolon semicolon = Semicolon::kRefuse) {
  const Result<Target> target = canonical_target(raw, semicolon);
  return target.has_value() ? target->path : name_of(target.error().code);
}

void expect_all(const char* word, std::initializer_list<std::string_view> targets) {
  for (const std::string_view raw : targets) {
    EXPECT_EQ(path_of(raw), word) << raw;
    EXPECT_EQ(path_of(raw, Semicolon::kCut), word) << raw;
  }
}

TEST(Target, GivesPathQueryAndTheTextAsSent) {
  const auto target = canonical_target("/a%20b/c?x=%2e%2e&y=/a//b", Semicolon::kRefuse);
  ASSERT_THAT(target, IsOk());
  EXPECT_EQ(target->path, "/a b/c");
  EXPECT_EQ(target->query, "x=%2e%2e&y=/a//b");
  EXPECT_EQ(target->origin_form, "/a%20b/c?x=%2e%2e&y=/a//b");
  EXPECT_FALSE(target->has_encoded_slash);
  EXPECT_FALSE(target->authority.has_value());
}

TEST(Target, GivesTheAuthorityOfAnAbsoluteFormForTheComparisonWithHostV8) {
  const auto target = canonical_target("HTTP://A.test:8080/x?y", Semicolon::kRefuse);
  ASSERT_THAT(target, IsOk());
  EXPECT_EQ(target->path, "/x");
  EXPECT_EQ(target->origin_form, "/x?y");
  EXPECT_EQ(target->authority->host, "a.test");
  EXPECT_EQ(target->authority->port, 8080);
  EXPECT_EQ(canonical_target("https://a.test", Semicolon::kRefuse)->origin_form, "/");
  EXPECT_EQ(canonical_target("https://a.test?q", Semicolon::kRefuse)->origin_form, "/?q");
}

TEST(Target, RefusesAnAbsoluteFormWithAnAuthorityThatIsNoHost) {
  expect_all("malformed",
             {"http://", "http:///x", "http:/x", "http:x", "http://u@a/x", "http://a b/x",
              "http://a,b/x", "ftp://a/x", "javascript://a/x", "http://a:/x", "://a/x",
              "http://a\\b/x", "a.test:443", "*", "", "x", "?x", "a/b"});
}

TEST(Target, MergesEmptySegmentsL3) {
  EXPECT_EQ(path_of("//a"), "/a");
  EXPECT_EQ(path_of("/a//b"), "/a/b");
  EXPECT_EQ(path_of("/a///b//"), "/a/b/");
  EXPECT_EQ(path_of("//"), "/");
  EXPECT_EQ(path_of("//repository/x"), "/repository/x");
}

TEST(Target, RefusesEmptySegmentsBesideDotSegmentsL3) {
  expect_all("refused", {"/a//../b", "/a//./b", "/a/..//b", "/a/.//b", "//a/../b", "/a//%2e%2e/b"});
}

TEST(Target, RemovesDotSegmentsRawAndEncodedN5) {
  EXPECT_EQ(path_of("/a/./b"), "/a/b");
  EXPECT_EQ(path_of("/a/../b"), "/b");
  EXPECT_EQ(path_of("/a/%2e%2e/b"), "/b");
  EXPECT_EQ(path_of("/a/%2E/b"), "/a/b");
  EXPECT_EQ(path_of("/a/.%2e/b"), "/b");
  EXPECT_EQ(path_of("/a/b/.."), "/a/");
  EXPECT_EQ(path_of("/a/."), "/a/");
  EXPECT_EQ(path_of("/a/.."), "/");
  EXPECT_EQ(path_of("/."), "/");
  EXPECT_EQ(path_of("/a/../repository/x"), "/repository/x");
}

TEST(Target, KeepsNamesThatOnlyLookLikeDots) {
  EXPECT_EQ(path_of("/..."), "/...");
  EXPECT_EQ(path_of("/.git/..x/x..y"), "/.git/..x/x..y");
}

TEST(Target, RefusesPathsAboveTheRootN5) {
  expect_all("refused", {"/..", "/../a", "/a/../../b", "/%2e%2e/a", "/./../a"});
}

TEST(Target, RefusesEncodedAndRawBackslashesControlsAndNulN5) {
  expect_all("refused", {"/a%5cb", "/a%5Cb", "/a\\b", "/\\evil.test", "/a%00b", "/%00", "/a%0d%0ab",
                         "/a%09", "/a%1f", "/a%7f", "/..%5c", "/%5c.."});
}

TEST(Target, RefusesRawControlsBlanksAndHighBytes) {
  using std::string_view_literals::operator""sv;
  expect_all("malformed", {"/a b"sv, " /a"sv, "/a "sv, "/a\tb"sv, "/a\nb"sv, "/a\0b"sv, "/a\x7f"sv,
                           "/\xc3\xa9"sv, "/a?x y"sv, "/a?\0"sv, "/a?\xff"sv, "\0"sv});
}

TEST(Target, KeepsAnEncodedSlashAsThreeBytesInOneSpellingN5) {
  for (const char* raw : {"/@scope%2fname", "/@scope%2Fname"}) {
    const auto target = canonical_target(raw, Semicolon::kRefuse);
    ASSERT_THAT(target, IsOk());
    EXPECT_EQ(target->path, "/@scope%2Fname");
    EXPECT_TRUE(target->has_encoded_slash);
    EXPECT_EQ(target->origin_form, raw);
  }
}

TEST(Target, RefusesAnEncodedSlashBesideASlashDotSegmentOrAnother) {
  expect_all("refused",
             {"/%2fa", "/a%2f", "/a%2f/b", "/a/%2fb", "/%2f", "/a%2f%2fb", "/a%2f%2F", "/a%2f../b",
              "/..%2fb", "/a/..%2fb", "/a%2f..", "/a%2f.%2fb", "/.%2fa", "/a%2f%2e%2e%2fb",
              "/%2e%2e%2fetc", "/a%2fb/../c", "/a/./b%2fc", "/a%2fb/.."});
}

TEST(Target, RefusesDoubleEncodingOfWhatChangesThePathL3) {
  expect_all("refused", {"/%252e%252e/a", "/a%255cb", "/a%2525",
                         "/a%25252fb", "/%25%32%65", "/%252%65", "/%25%32e", "/a%2500", "/a%250a",
                         "/..%253b/a", "/a%25%32%46b"});
}

TEST(Target, KeepsAnEncodedPercentThatChangesNothing) {
  EXPECT_EQ(path_of("/100%25"), "/100%");
  EXPECT_EQ(path_of("/100%25off"), "/100%off");
  EXPECT_EQ(path_of("/a%2520b"), "/a%20b");
  EXPECT_EQ(path_of("/a%25zz"), "/a%zz");
}

// `/a%252Fb` must not reach the rules as the text that stands for `/a%2Fb`.
TEST(Target, LetsNothingElseProduceAKeptSlash) {
  for (const char* raw : {"/a%25%32%46b", "/a%252%46b", "/a%25%32Fb"}) {
    EXPECT_EQ(path_of(raw), "refused") << raw;
  }
}

// Jenkins: the branch feature/x of a job is /job/name/job/feature%252Fx/.
TEST(Target, KeepsASlashThatWasEncodedTwiceAsTextOfItsOwn) {
  const Result<Target> kept = canonical_target("/job/feature%252fx/", Semicolon::kRefuse);
  ASSERT_THAT(kept, IsOk());
  EXPECT_EQ(kept->path, "/job/feature%252Fx/");
  EXPECT_TRUE(kept->has_encoded_slash);
}

TEST(Target, RefusesATwiceEncodedSlashBesideAnotherOrADotSegment) {
  expect_all("refused", {"/%252Fa", "/a%252F", "/a%252F/b", "/a%252F%252Fb", "/a%252F%2Fb",
                         "/..%252Fb", "/a%252F..", "/a%252F../b", "/a%252Fb/../c", "/a%25252Fb"});
}

TEST(Target, RefusesAnySemicolonWhereARuleDependsOnThePathO8) {
  EXPECT_EQ(path_of("/admin;/public"), "refused");
  EXPECT_EQ(path_of("/a;x=1/b"), "refused");
  EXPECT_EQ(path_of("/a;"), "refused");
  EXPECT_EQ(path_of("/a?b;c"), "/a");
}

TEST(Target, CutsParametersForMatchingElsewhere) {
  EXPECT_EQ(path_of("/a;x=1/b;y", Semicolon::kCut), "/a/b");
  EXPECT_EQ(path_of("/admin;/public", Semicolon::kCut), "/admin/public");
  EXPECT_EQ(path_of("/a;b;c=d", Semicolon::kCut), "/a");
}

TEST(Target, RefusesDotsBeforeASemicolonAlwaysN5) {
  expect_all("refused",
             {"/a/..;/b", "/a/.;/b", "/..;/admin", "/a/..;x=y/b", "/a/%2e%2e;/b", "/;/admin",
              "/a/;x/b", "/a/..%3b/b", "/a%3bx/b", "/a;%2f../b", "/a;x=%5c", "/a;x%00"});
}

TEST(Target, RefusesWrongPercentSequencesA2) {
  expect_all("malformed",
             {"/%zz", "/%", "/%2", "/a%", "/a%2/b", "/a%g0", "/%%32", "/%u002f", "/a%-1", "/a%+1"});
  EXPECT_EQ(path_of("/a;%zz", Semicolon::kCut), "malformed");
}

TEST(Target, RefusesPathsThatAreNotUtf8N8) {
  expect_all("malformed", {"/%ff", "/%c0%ae%c0%ae/", "/%c0%af", "/%e0%80%af", "/%ed%a0%80",
                           "/%f4%90%80%80", "/%c3", "/%80", "/%c3/%a9", "/%f8%88%80%80%80"});
}

// A fold to lower case would change the length or make an ASCII letter of these.
TEST(Target, FoldsNoUnicodeN8) {
  EXPECT_EQ(path_of("/%C4%B0"), "/\xc4\xb0");
  EXPECT_EQ(path_of("/%E2%84%AA"), "/\xe2\x84\xaa");
  EXPECT_EQ(path_of("/%C5%BF"), "/\xc5\xbf");
  EXPECT_EQ(path_of("/A/b"), "/A/b");
}

TEST(Target, RefusesARawFragmentO12) {
  expect_all("malformed", {"/admin#/public", "/#", "#", "/a?b#c", "http://a.test/#x"});
}

TEST(Target, KeepsAnEncodedFragmentSignAsDataO12) {
  EXPECT_EQ(path_of("/public%23/../admin"), "/admin");
  EXPECT_EQ(path_of("/admin%23/public"), "/admin#/public");
  EXPECT_EQ(path_of("/a%3fb"), "/a?b");
}

TEST(Target, KeepsTheQueryOutOfThePathO8) {
  EXPECT_EQ(path_of("/admin?x=/public/"), "/admin");
  EXPECT_EQ(path_of("/admin?/static.css"), "/admin");
  EXPECT_EQ(path_of("/?/../a"), "/");
  EXPECT_EQ(canonical_target("/a?", Semicolon::kRefuse)->query, "");
  EXPECT_EQ(canonical_target("/a?b?c", Semicolon::kRefuse)->query, "b?c");
}

// The query is opaque to us; applications receive what browsers write into it.
TEST(Target, LeavesTheQueryAsItIs) {
  EXPECT_EQ(canonical_target("/a?100%&b\\c|{}", Semicolon::kRefuse)->query, "100%&b\\c|{}");
}

TEST(Target, HasLimits) {
  const std::string path = "/" + std::string(kPathBytesMax - 1, 'a');
  EXPECT_EQ(path_of(path), path);
  EXPECT_EQ(path_of(path + "a"), "malformed");
  const std::string query = "/?" + std::string(kTargetBytesMax - 2, 'a');
  EXPECT_EQ(path_of(query), "/");
  EXPECT_EQ(path_of(query + "a"), "malformed");
}

TEST(Target, IsItsOwnCanonicalFormWhenEncodedAgain) {
  for (const char* raw :
       {"/", "/a//b/", "/a/../b/./c", "/x%20y/%E3%80%B1", "/a%2fb", "/100%25", "/%23%3F"}) {
    const std::string once = path_of(raw);
    std::string encoded;
    for (std::size_t i = 0; i < once.size(); ++i) {
      if (once[i] == '/') {
        encoded += '/';
      } else if (once.substr(i, 3) == "%2F") {
        encoded += "%2F";
        i += 2;
      } else {
        encoded += url_encode(once.substr(i, 1));
      }
    }
    EXPECT_EQ(path_of(encoded), once) << raw;
  }
}

TEST(PathHasPrefix, CutsAtSegmentBordersOnly) {
  EXPECT_TRUE(path_has_prefix("/v2", "/v2"));
  EXPECT_TRUE(path_has_prefix("/v2/", "/v2"));
  EXPECT_TRUE(path_has_prefix("/v2/x", "/v2"));
  EXPECT_TRUE(path_has_prefix("/v2/x", "/v2/"));
  EXPECT_TRUE(path_has_prefix("/v2", "/v2/"));
  EXPECT_FALSE(path_has_prefix("/v2foo", "/v2"));
  EXPECT_FALSE(path_has_prefix("/v2%2Ffoo", "/v2"));
  EXPECT_FALSE(path_has_prefix("/v", "/v2"));
  EXPECT_FALSE(path_has_prefix("/V2", "/v2"));
}

TEST(PathHasPrefix, TakesTheRootForAllAndNothingForNothing) {
  EXPECT_TRUE(path_has_prefix("/", "/"));
  EXPECT_TRUE(path_has_prefix("/a", "/"));
  EXPECT_FALSE(path_has_prefix("/a", ""));
  EXPECT_FALSE(path_has_prefix("", "/"));
  EXPECT_FALSE(path_has_prefix("a", "a"));
}

TEST(PathMatches, TakesAStarForOneSegment) {
  EXPECT_TRUE(path_matches("/repository/x/y", "/repository/*"));
  EXPECT_TRUE(path_matches("/v2/lib/manifests/latest", "/v2/*/manifests"));
  EXPECT_TRUE(path_matches("/v2/a%2Fb/manifests", "/v2/*/manifests"));
  EXPECT_FALSE(path_matches("/v2/a/b/manifests", "/v2/*/manifests"));
  EXPECT_FALSE(path_matches("/repository", "/repository/*"));
  EXPECT_FALSE(path_matches("/repository/", "/repository/*"));
  EXPECT_FALSE(path_matches("/repositoryx/a", "/repository/*"));
}

TEST(PathMatches, IsAPrefixOtherwise) {
  EXPECT_TRUE(path_matches("/a/b", "/a"));
  EXPECT_TRUE(path_matches("/a/b", "/"));
  EXPECT_TRUE(path_matches("/a/", "/a/"));
  EXPECT_FALSE(path_matches("/ab", "/a"));
  EXPECT_FALSE(path_matches("/ab", "/a*"));
  EXPECT_FALSE(path_matches("/a", ""));
  EXPECT_TRUE(path_matches("/*", "/*"));
}

TEST(PathBelow, IsWhatFollowsThePartThatMatches) {
  EXPECT_EQ(path_below("/repository/x/-/whoami", "/repository/*/-"), "/whoami");
  EXPECT_EQ(path_below("/a", "/a"), "");
  EXPECT_EQ(path_below("/a/", "/a"), "/");
  EXPECT_EQ(path_below("/a/b", "/"), "/a/b");
  EXPECT_EQ(path_below("/ab", "/a"), std::nullopt);
}

}  // namespace
}  // namespace latchkey::wire
