#include "latchkey/wire/host.h"

#include <gtest/gtest.h>

#include "support/results.h"

namespace latchkey::wire {
namespace {

std::string host_of(std::string_view text) {
  const Result<Authority> parsed = parse_authority(text);
  return parsed.has_value() ? parsed->host : name_of(parsed.error().code);
}

TEST(Authority, HasOneSpellingForCaseAndFinalDotA7) {
  EXPECT_EQ(host_of("A.B.Example.COM"), "a.b.example.com");
  EXPECT_EQ(host_of("example.com."), "example.com");
  EXPECT_EQ(host_of("example.com.:443"), "example.com");
  EXPECT_EQ(host_of("XN--Mnchen-3YA.de"), "xn--mnchen-3ya.de");
}

TEST(Authority, KeepsThePortApart) {
  EXPECT_EQ(parse_authority("example.com:8443")->port, 8443);
  EXPECT_EQ(parse_authority("example.com")->port, std::nullopt);
  EXPECT_EQ(parse_authority("[::1]:80")->port, 80);
  EXPECT_EQ(host_of("127.0.0.1:80"), "127.0.0.1");
}

TEST(Authority, BringsIpv6IntoItsShortestForm) {
  EXPECT_EQ(host_of("[0:0:0:0:0:0:0:1]"), "[::1]");
  EXPECT_EQ(host_of("[2001:DB8::0001]"), "[2001:db8::1]");
}

TEST(Authority, RefusesWrongIpv6) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text :
       {"[::1"sv, "[]"sv, "[fe80::1%eth0]"sv, "[fe80::1%25eth0]"sv, "[::1]x"sv, "[::1].evil.test"sv,
        "[127.0.0.1]"sv, "::1"sv, "[::1\0]"sv, "[v1.x]"sv, "[[::1]]"sv, "[::1]]"sv, "x[::1]"sv}) {
    EXPECT_EQ(host_of(text), "malformed") << text;
  }
}

TEST(Authority, RefusesHostsThatTwoServersReadDifferently) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text :
       {""sv,     "."sv,    ".."sv,        "a..b"sv, ".a"sv,   "a.."sv, "a b"sv, " a"sv,  "a "sv,
        "a,b"sv,  "a@b"sv,  "user:pw@b"sv, "a/b"sv,  "a\\b"sv, "a?b"sv, "a#b"sv, "a;b"sv, "a%2eb"sv,
        "a\0b"sv, "a\tb"sv, "a\r\nb"sv,    "a\"b"sv, "a'b"sv,  "*"sv,   "*.a"sv, "a$b"sv}) {
    EXPECT_EQ(host_of(text), "malformed") << text;
  }
}

TEST(Authority, RefusesPortTricks) {
  for (const char* text :
       {"a:", ":80", "a:0", "a:00", "a:080", "a:65536", "a:99999", "a:123456", "a:8a", "a:-1",
        "a:+1", "a: 80", "a:80 ", "a:80:90", "a::80", "[::1]:", "a:8.0"}) {
    EXPECT_EQ(host_of(text), "malformed") << text;
  }
  EXPECT_EQ(parse_authority("a:65535")->port, 65535);
}

// Unicode folding would turn these into hosts of ours.
TEST(Authority, RefusesUnicodeLookAlikesN8) {
  for (const char* text :
       {"\xc4\xb0.test", "\xe2\x84\xaa.test", "\xc5\xbf.test", "ex\xc3\xa4mple.com",
        "evil\xe3\x80\x82test", "\xef\xbd\x85vil.test", "a\x80"}) {
    EXPECT_EQ(host_of(text), "malformed") << text;
  }
}

TEST(Authority, HasLimits) {
  EXPECT_EQ(host_of(std::string(63, 'a')), std::string(63, 'a'));
  EXPECT_EQ(host_of(std::string(64, 'a')), "malformed");
  std::string longest;
  while (longest.size() < kHostBytesMax) longest += "a.";
  longest.resize(kHostBytesMax);
  EXPECT_EQ(host_of(longest), longest);
  EXPECT_EQ(host_of(longest + ".:65535"), longest);
  EXPECT_EQ(host_of(longest + "a"), "malformed");
  EXPECT_EQ(host_of(std::string(100'000, 'a')), "malformed");
}

TEST(HostMatches, TakesOnlyTheWholeNameO6) {
  EXPECT_TRUE(host_matches("example.com", "example.com"));
  for (const char* host :
       {"badexample.com", "example.com.evil", "a.example.com", "example.co", ""}) {
    EXPECT_FALSE(host_matches("example.com", host)) << host;
  }
}

TEST(HostMatches, TakesExactlyOneLabelForAStarL20) {
  EXPECT_TRUE(host_matches("*.example.com", "a.example.com"));
  for (const char* host : {"a.b.example.com", "example.com", ".example.com", "aexample.com",
                           "a.example.com.evil", "a.badexample.com", "[::1]", ""}) {
    EXPECT_FALSE(host_matches("*.example.com", host)) << host;
  }
}

TEST(HostMatches, IgnoresTheCaseOfAsciiN6) {
  EXPECT_TRUE(host_matches("*.B.example.com", "a.b.Example.com"));
}

TEST(HostMatches, KnowsNoOtherStarAndNoEmptyPattern) {
  for (const char* pattern : {"", "*", "*.", "a.*", "a*.example.com", "*example.com"}) {
    EXPECT_FALSE(host_matches(pattern, "a.example.com")) << pattern;
  }
}

}  // namespace
}  // namespace latchkey::wire
