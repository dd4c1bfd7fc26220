#include "latchkey/wire/cookie.h"

#include <gtest/gtest.h>

#include "support/results.h"

namespace latchkey::wire {
namespace {

constexpr std::string_view kNone = "(none)";

// Returns the value, kNone, or the word of the error.
std::string value_of(std::string_view field, std::string_view name) {
  const Result<std::optional<std::string_view>> found = find_cookie(field, name);
  if (!found.has_value()) return name_of(found.error().code);
  return std::string(found->value_or(kNone));
}

constexpr std::string_view kName = "__Host-latchkey";

TEST(FindCookie, FindsAValueAmongOthersInEveryPlace) {
  EXPECT_EQ(value_of("sid=1", "sid"), "1");
  EXPECT_EQ(value_of("a=b; sid=1; c=d", "sid"), "1");
  EXPECT_EQ(value_of("a=b;sid=1;c=d", "sid"), "1");
  EXPECT_EQ(value_of("sid=1;", "sid"), "1");
}

// A field that a server joined of two is never guessed at: what is behind the comma is not believed.
TEST(FindCookie, TakesNoPairOfAFieldThatAServerJoinedWithAComma) {
  EXPECT_EQ(value_of("a=b, sid=1", "sid"), kNone);
  EXPECT_THAT(find_cookie("sid=1, sid=2", "sid"), FailsWith(ErrorCode::kMalformed));
}

TEST(FindCookie, KeepsQuotesAndEqualSignsOfTheValueAndReturnsAView) {
  const std::string field = "sid=\"a==\" ; b=c";
  const auto found = find_cookie(field, "sid");
  ASSERT_THAT(found, IsOk());
  EXPECT_EQ(found->value(), "\"a==\"");
  EXPECT_EQ((*found)->data(), field.data() + 4);
}

TEST(FindCookie, FindsAnEmptyValue) { EXPECT_EQ(value_of("sid=", "sid"), ""); }

TEST(FindCookie, DoesNotTakeANameThatOnlyEndsOrBeginsWithOursL21) {
  for (const char* field : {"xsid=1", "sid2=1", "sid =1", "sid\t=1", "SID=1", "x=sid=1", "x= sid=1",
                            "-sid=1", "sid", "=sid=1"}) {
    EXPECT_EQ(value_of(field, "sid"), kNone) << field;
  }
}

TEST(FindCookie, TakesOurNameAfterSpacesOfASeparatorL21) {
  EXPECT_EQ(value_of(" sid=1", "sid"), "1");
  EXPECT_EQ(value_of("xsid=2;  \tsid=1", "sid"), "1");
}

TEST(FindCookie, RefusesACookieTossedByASiblingDomainInBothOrdersC1) {
  EXPECT_THAT(find_cookie("__Host-latchkey=good; __Host-latchkey=evil", kName),
              FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(find_cookie("__Host-latchkey=evil; a=b; __Host-latchkey=good", kName),
              FailsWith(ErrorCode::kConflict));
  EXPECT_THAT(find_cookie("__Host-latchkey=same;__Host-latchkey=same", kName),
              FailsWith(ErrorCode::kConflict));
}

// A sibling domain may set `x` with this value, but no cookie with the prefix.
TEST(FindCookie, DoesNotTakeASessionPlantedInTheValueOfAnotherCookieC1) {
  for (const char* field : {"x=a,__Host-latchkey=evil", "x=a, __Host-latchkey=evil",
                            "x=,__Host-latchkey=evil; y=1", "y=1; x=a,\t__Host-latchkey=evil"}) {
    EXPECT_EQ(value_of(field, kName), kNone) << field;
  }
  EXPECT_EQ(value_of("__Host-latchkey=good; x=a,__Host-latchkey=evil", kName), "good");
}

// Lenient servers strip such bytes and take the cookie for one that only https could have set.
TEST(FindCookie, DoesNotTakeASpoofedHostPrefixC3) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view field :
       {"__Host-latchkey\x80=1"sv, "\xc2\xa0__Host-latchkey=1"sv, "\xe2\x80\x80__Host-latchkey=1"sv,
        "\x0b__Host-latchkey=1"sv, "\x85__Host-latchkey=1"sv, "__host-latchkey=1"sv,
        "__HOST-LATCHKEY=1"sv, "__Host-latchkey\0=1"sv, "\0__Host-latchkey=1"sv,
        "__Host-latchkey%=1"sv, "%5f%5fHost-latchkey=1"sv}) {
    EXPECT_EQ(value_of(field, kName), kNone) << field;
  }
}

TEST(FindCookie, ReadsThePairsOfAnOldVersionAsOrdinaryOnesC3) {
  EXPECT_EQ(value_of("$Version=1; sid=1; $Path=/; $Domain=evil.test", "sid"), "1");
}

// A quoted value that holds separators is split at them, as RFC 6265 says: no parser that honours
// quotes can be made to hide a second cookie from us.
TEST(FindCookie, DoesNotLetQuotesHideASeparator) {
  EXPECT_THAT(find_cookie("sid=\"a; sid=b\"", "sid"), FailsWith(ErrorCode::kConflict));
  EXPECT_EQ(value_of("x=\"; sid=b; \"", "sid"), "b");
}

TEST(FindCookie, SurvivesEmptyAndDegenerateFieldsM14) {
  for (const char* field : {"", ";", "=", "; ;", ";;;;", ",", " ", "==", ";=;", "=;=", "\t"}) {
    EXPECT_EQ(value_of(field, "sid"), kNone) << field;
  }
}

TEST(FindCookie, RefusesAFieldOverItsLimitInsteadOfReadingAPartM14) {
  const std::string full = "sid=1; x=" + std::string(kCookieHeaderBytesMax - 9, 'a');
  EXPECT_EQ(value_of(full, "sid"), "1");
  EXPECT_THAT(find_cookie(full + "a", "sid"), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(find_cookie(std::string(std::size_t{64} * 1024, ';'), "sid"),
              FailsWith(ErrorCode::kMalformed));
}

TEST(FindCookie, StaysInBoundsWhenTheNameIsAllThereIsM18) {
  for (const char* field : {"sid", "si", "s", "sid;", "sid ", "; sid", "a=b; sid"}) {
    EXPECT_EQ(value_of(field, "sid"), kNone) << field;
  }
  EXPECT_EQ(value_of("a=b; sid=", "sid"), "");
  EXPECT_EQ(value_of("sid==", "sid"), "=");
}

TEST(FindCookie, RefusesAValueWithControlsOrHighBytes) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view field :
       {"sid=a\0b"sv, "sid=a\r\nb"sv, "sid=a\x7f"sv, "sid=\xc3\xa9"sv, "sid=a b"sv, "sid=a\tb"sv}) {
    EXPECT_THAT(find_cookie(field, "sid"), FailsWith(ErrorCode::kMalformed)) << field;
  }
}

TEST(FindCookie, IsNotDisturbedByControlsInCookiesOfOthers) {
  EXPECT_EQ(value_of("x=\x01\xff; sid=1", "sid"), "1");
}

TEST(FindCookie, ReadsAsManyCookiesAsFitC2) {
  std::string field;
  for (int i = 0; i < 200; ++i)
    field += "c" + std::to_string(i) + "=" + std::string(100, 'v') + "; ";
  EXPECT_EQ(value_of(field + "sid=1", "sid"), "1");
}

TEST(SetCookie, WritesTheAttributesOfASessionN30) {
  EXPECT_EQ(
      set_cookie({.name = "__Host-latchkey", .value = "v", .secure = Secure::kYes, .max_age = {}})
          .text(),
      "__Host-latchkey=v; Path=/; HttpOnly; SameSite=Lax; Secure");
  EXPECT_EQ(
      set_cookie({.name = "latchkey", .value = "v", .secure = Secure::kNo, .max_age = Seconds(60)})
          .text(),
      "latchkey=v; Max-Age=60; Path=/; HttpOnly; SameSite=Lax");
}

TEST(SetCookie, CutsALifeThatBrowsersWouldCut) {
  const FieldValue field = set_cookie({.name = "a", .value = "", .max_age = Seconds::max()});
  EXPECT_EQ(field.text(), "a=; Max-Age=34560000; Path=/; HttpOnly; SameSite=Lax; Secure");
  EXPECT_EQ(set_cookie({.name = "a", .value = "", .max_age = Seconds(-5)}).text(),
            "a=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure");
}

TEST(SetCookie, ExpiresWithTheAttributesItWasSetWithO14) {
  EXPECT_EQ(expire_cookie("__Host-latchkey", Secure::kYes).text(),
            "__Host-latchkey=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; "
            "SameSite=Lax; Secure");
}

TEST(SetCookieDeathTest, AbortsOnAValueThatWouldAddAttributesC11) {
  for (const char* value : {"a; Domain=evil.test", "a\r\nX: y", "a,b", "a b", "\"a\"", "a\\"}) {
    EXPECT_DEATH(set_cookie({.name = "a", .value = value, .max_age = {}}), "") << value;
  }
}

TEST(SetCookieDeathTest, AbortsOnAHostCookieWithoutSecure) {
  EXPECT_DEATH(expire_cookie("__Host-latchkey", Secure::kNo), "");
}

}  // namespace
}  // namespace latchkey::wire
