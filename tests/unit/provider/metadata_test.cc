#include "latchkey/provider/metadata.h"

#include <gtest/gtest.h>

#include "support/results.h"

namespace latchkey::provider {
namespace {

constexpr const char* kIssuer = "https://idp.test";

std::string document(const std::string& more = "") {
  return R"({"issuer":"https://idp.test","authorization_endpoint":"https://idp.test/auth",)"
         R"("token_endpoint":"https://idp.test/token","jwks_uri":"https://keys.test/jwks")" +
         more + "}";
}

TEST(Metadata, GivesTheEndpoints) {
  const auto metadata = parse_metadata(
      document(R"(,"userinfo_endpoint":"https://idp.test/me","end_session_endpoint":"https://idp.test/end")"),
      kIssuer);
  ASSERT_THAT(metadata, IsOk());
  EXPECT_EQ(metadata->authorization_endpoint, "https://idp.test/auth");
  EXPECT_EQ(metadata->jwks_uri, "https://keys.test/jwks");
  EXPECT_EQ(metadata->userinfo_endpoint, "https://idp.test/me");
  EXPECT_EQ(metadata->end_session_endpoint, "https://idp.test/end");
  EXPECT_EQ(metadata->token_authentication, TokenAuthentication::kBasic);
  EXPECT_EQ(metadata->issuer_parameter, IssuerParameter::kNotAnnounced);
}

TEST(Metadata, RefusesTheDocumentOfAnotherIssuerN12) {
  for (const char* issuer : {"https://idp.test/", "https://IDP.test", "http://idp.test",
                             "https://idp.test.evil.test", "https://evil.test"}) {
    EXPECT_THAT(parse_metadata(document(), issuer), FailsWith(ErrorCode::kConflict)) << issuer;
  }
}

TEST(Metadata, SaysHowTheOtherIssuerNamesItself) {
  const auto metadata = parse_metadata(document(), "https://idp.test/");
  ASSERT_FALSE(metadata);
  EXPECT_THAT(metadata.error().detail, ::testing::HasSubstr("itself `https://idp.test`"));
}

TEST(Metadata, RefusesAMissingMemberM45) {
  for (const std::string member :
       {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"}) {
    std::string text = document();
    text.replace(text.find(member), member.size(), "other");
    EXPECT_THAT(parse_metadata(text, kIssuer), FailsWith(ErrorCode::kMalformed)) << member;
  }
}

TEST(Metadata, RefusesAnEndpointInCleartextN12) {
  for (const char* endpoint : {"http://idp.test/token", "ftp://idp.test/token", "/token", "",
                               "https://user@idp.test/token", "https://idp.test/to ken",
                               "https://idp.test/token#x", "https:idp.test", "javascript:alert(1)"}) {
    std::string text = document();
    const std::string good = "https://idp.test/token";
    text.replace(text.find(good), good.size(), endpoint);
    EXPECT_THAT(parse_metadata(text, kIssuer), FailsWith(ErrorCode::kMalformed)) << endpoint;
  }
}

TEST(Metadata, TakesCleartextOnlyWhenIssuerAndEndpointAreLoopback) {
  const std::string text =
      R"({"issuer":"http://127.0.0.1:9","authorization_endpoint":"http://127.0.0.1:9/auth",)"
      R"("token_endpoint":"http://127.0.0.1:9/token","jwks_uri":"http://127.0.0.1:9/jwks"})";
  EXPECT_THAT(parse_metadata(text, "http://127.0.0.1:9"), IsOk());
  std::string away = text;
  away.replace(away.find("http://127.0.0.1:9/jwks"), 18, "http://10.0.0.1:90");
  EXPECT_THAT(parse_metadata(away, "http://127.0.0.1:9"), FailsWith(ErrorCode::kMalformed));
}

TEST(Metadata, ChoosesHowToAuthenticateAtTheTokenEndpoint) {
  const auto with = [](const char* methods) {
    return parse_metadata(
        document(std::string(R"(,"token_endpoint_auth_methods_supported":)") + methods), kIssuer);
  };
  EXPECT_EQ(with(R"(["client_secret_post","client_secret_basic"])")->token_authentication,
            TokenAuthentication::kBasic);
  EXPECT_EQ(with(R"(["client_secret_post"])")->token_authentication, TokenAuthentication::kPost);
  EXPECT_EQ(with(R"(["none"])")->token_authentication, TokenAuthentication::kNone);
  EXPECT_THAT(with(R"(["private_key_jwt"])"), FailsWith(ErrorCode::kRefused));
}

TEST(Metadata, RefusesAProviderThatListsNoCodeFlowOrNoS256N37) {
  EXPECT_THAT(parse_metadata(document(R"(,"response_types_supported":["id_token"])"), kIssuer),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(
      parse_metadata(document(R"(,"code_challenge_methods_supported":["plain"])"), kIssuer),
      FailsWith(ErrorCode::kRefused));
}

TEST(Metadata, RefusesWhatIsNoJson) {
  for (const char* text : {"", "<html>", "[]", "null", "{\"issuer\":1}"}) {
    EXPECT_FALSE(parse_metadata(text, kIssuer).has_value()) << text;
  }
  EXPECT_FALSE(parse_metadata(document() + std::string(kMetadataBytesMax, ' '), kIssuer).has_value());
}

TEST(MetadataUrl, AddsTheWellKnownPathOnce) {
  EXPECT_EQ(metadata_url("https://idp.test"), "https://idp.test/.well-known/openid-configuration");
  EXPECT_EQ(metadata_url("https://idp.test/realms/x/"),
            "https://idp.test/realms/x/.well-known/openid-configuration");
}

TEST(OriginOf, KeepsSchemeHostAndPort) {
  EXPECT_EQ(origin_of("https://idp.test/auth?x=1"), "https://idp.test");
  EXPECT_EQ(origin_of("http://127.0.0.1:9400/auth"), "http://127.0.0.1:9400");
  EXPECT_EQ(origin_of("https://user@idp.test/"), "");
  EXPECT_EQ(origin_of("nothing"), "");
}

}  // namespace
}  // namespace latchkey::provider
