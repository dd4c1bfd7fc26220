#include "latchkey/wire/authorization.h"

#include <gtest/gtest.h>

#include "latchkey/wire/base64.h"
#include "support/results.h"

namespace latchkey::wire {
namespace {

constexpr std::string_view kToken = "eyJhbGciOiJSUzI1NiJ9.eyJ1aWQiOiJhIn0.c2ln";

// Returns "user|password" of a Basic field, or the reason it is none.
std::string basic(std::string_view field) {
  const Result<Authorization> parsed = parse_authorization(field);
  if (!parsed.has_value()) return name_of(parsed.error().code);
  const Basic* found = std::get_if<Basic>(&*parsed);
  return found == nullptr ? "other" : found->user + "|" + std::string(found->password.reveal());
}

std::string basic_of(std::string_view text) { return basic("Basic " + base64_encode(text)); }

TEST(Authorization, SplitsBasicIntoUserAndTokenSeed63) {
  EXPECT_EQ(basic_of("alice:" + std::string(kToken)), "alice|" + std::string(kToken));
}

TEST(Authorization, SplitsBasicAtTheFirstColonSeed63) {
  EXPECT_EQ(basic_of("a:b:c:"), "a|b:c:");
  EXPECT_EQ(basic_of(":secret"), "|secret");
  EXPECT_EQ(basic_of("a:"), "a|");
  EXPECT_EQ(basic_of(":"), "|");
}

TEST(Authorization, TakesBasicWithoutColonForThePasswordSeed63) {
  EXPECT_EQ(basic_of(kToken), "|" + std::string(kToken));
}

TEST(Authorization, ComparesSchemesWithoutCaseSeed63) {
  for (const char* scheme : {"Basic", "basic", "BASIC", "bAsIc"}) {
    EXPECT_EQ(basic(std::string(scheme) + " YTpi"), "a|b") << scheme;
  }
  for (const char* scheme : {"Bearer", "bearer", "BEARER"}) {
    const auto parsed = parse_authorization(std::string(scheme) + " abc");
    ASSERT_THAT(parsed, IsOk()) << scheme;
    EXPECT_EQ(std::get<Bearer>(*parsed).token.reveal(), "abc");
  }
}

TEST(Authorization, RefusesBasicWithExtraPartsSeed63) {
  for (const char* field :
       {"Basic a b", "Basic YTpi YTpi", "Basic YTpi,", "Basic YTpi, Bearer x", "Basic YTpi ",
        "Basic\tYTpi", "Basic", "Basic ", "Basic  ", "BasicYTpi x"}) {
    EXPECT_NE(basic(field), "a|b") << field;
  }
  EXPECT_THAT(parse_authorization("Basic a b"), FailsWith(ErrorCode::kMalformed));
}

TEST(Authorization, RefusesWhatLenientBase64WouldAcceptSeed63) {
  for (const char* field :
       {"Basic YT pi", "Basic YTpi=", "Basic YTp=", "Basic YT-i", "Basic YTpi\n"}) {
    EXPECT_THAT(parse_authorization(field), FailsWith(ErrorCode::kMalformed)) << field;
  }
}

TEST(Authorization, AllowsMoreThanOneSpaceAfterTheScheme) {
  EXPECT_EQ(basic("Basic   YTpi"), "a|b");
}

TEST(Authorization, RefusesControlsInUserAndPassword) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text : {"a\0:b"sv, "a:b\0"sv, "a\r\n:b"sv, "a:b\n"sv, "\x7f:b"sv}) {
    EXPECT_THAT(parse_authorization("Basic " + base64_encode(text)),
                FailsWith(ErrorCode::kMalformed));
  }
}

TEST(Authorization, KeepsNonAsciiTextOfBasicByteByByte) {
  EXPECT_EQ(basic_of("j\xc3\xb6rg:p\xc3\xa4ss"), "j\xc3\xb6rg|p\xc3\xa4ss");
}

TEST(Authorization, RefusesBearerWithoutExactlyOneToken) {
  for (const char* field : {"Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer \"a\"",
                            "Bearer =", "Bearer a=b", "Bearer a\tb", "Bearer \xc3\xa9"}) {
    EXPECT_THAT(parse_authorization(field), FailsWith(ErrorCode::kMalformed)) << field;
  }
}

TEST(Authorization, NamesOtherSchemesAndNeverTakesATokenFromThemV6) {
  for (const std::string scheme :
       {"Foo", "Digest", "Negotiate", "Token", "BearerX", "Basi", "JWT"}) {
    const auto parsed = parse_authorization(scheme + " " + std::string(kToken));
    ASSERT_THAT(parsed, IsOk());
    EXPECT_TRUE(std::holds_alternative<OtherScheme>(*parsed)) << scheme;
  }
  EXPECT_EQ(std::get<OtherScheme>(*parse_authorization("Digest a=\"b\"")).name, "digest");
}

TEST(Authorization, RefusesAFieldWithoutAScheme) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view field : {""sv, " "sv, " Basic YTpi"sv, "\tBasic YTpi"sv, ": x"sv,
                                       "a,b c"sv, "B\0asic YTpi"sv, "\x80 x"sv}) {
    EXPECT_THAT(parse_authorization(field), FailsWith(ErrorCode::kMalformed)) << field;
  }
}

TEST(Authorization, RefusesAFieldOverItsLimit) {
  const std::string full = "Bearer " + std::string(kAuthorizationBytesMax - 7, 'a');
  EXPECT_THAT(parse_authorization(full), IsOk());
  EXPECT_THAT(parse_authorization(full + "a"), FailsWith(ErrorCode::kMalformed));
}

TEST(Authorization, LeavesNoCredentialInTheDetailO16) {
  const auto parsed = parse_authorization("Bearer topsecret topsecret");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().detail.find("topsecret"), std::string::npos);
}

}  // namespace
}  // namespace latchkey::wire
