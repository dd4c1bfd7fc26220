#include "latchkey/provider/claims.h"

#include <gtest/gtest.h>

#include "support/results.h"

namespace latchkey::provider {
namespace {

wire::Json json(const std::string& text) { return *wire::Json::parse(text, 1 << 16); }

TEST(Claims, AreReadUnderTheConfiguredNames) {
  config::Provider settings;
  settings.username_claim = "upn";
  settings.groups_claim = "realm_access.roles";
  settings.mail_claim = "contact.mail";
  const auto claims = read_claims(
      json(R"({"upn":"alice","realm_access":{"roles":["dev","ops"]},"contact":{"mail":"a@b.test"},)"
           R"("name":"Alice","email_verified":true})"),
      nullptr, settings);
  ASSERT_THAT(claims, IsOk());
  EXPECT_EQ(claims->user_name, "alice");
  EXPECT_EQ(claims->display_name, "Alice");
  EXPECT_EQ(claims->mail, "a@b.test");
  EXPECT_EQ(claims->groups, (std::vector<std::string>{"dev", "ops"}));
}

// Everybody may found a group at the top of gitlab.com, called as some rule's group is.
TEST(Claims, OfGitlabKeepOnlyTheGroupsThatAreAskedForAndThoseBelow) {
  config::Provider settings;
  settings.type = config::ProviderType::kGitlab;
  const auto token = json(R"({"preferred_username":"ben","groups":)"
                          R"(["acme","acme/platform","acme/platform/x","acme/platforms","dev"]})");
  EXPECT_EQ(read_claims(token, nullptr, settings)->groups.size(), 5U);
  settings.allowed_groups = {"acme/platform"};
  EXPECT_EQ(read_claims(token, nullptr, settings)->groups,
            (std::vector<std::string>{"acme/platform", "acme/platform/x"}));
}

TEST(Claims, TakeAMemberWhoseOwnNameHoldsDotsBeforeAPath) {
  config::Provider settings;
  settings.groups_claim = "https://example.test/groups";
  const auto claims = read_claims(
      json(R"({"preferred_username":"alice","https://example.test/groups":"dev"})"), nullptr,
      settings);
  ASSERT_THAT(claims, IsOk());
  EXPECT_EQ(claims->groups, std::vector<std::string>{"dev"});
}

TEST(Claims, OfTheSignedTokenComeBeforeThoseOfUserinfo) {
  const auto token = json(R"({"preferred_username":"alice"})");
  const auto more = json(R"({"preferred_username":"mallory","groups":["dev"]})");
  const auto claims = read_claims(token, &more, config::Provider());
  ASSERT_THAT(claims, IsOk());
  EXPECT_EQ(claims->user_name, "alice");
  EXPECT_EQ(claims->groups, std::vector<std::string>{"dev"});
}

TEST(Claims, WithoutAUserNameAreRefusedM45) {
  for (const char* text : {"{}", R"({"preferred_username":""})", R"({"preferred_username":null})"}) {
    EXPECT_THAT(read_claims(json(text), nullptr, config::Provider()),
                FailsWith(ErrorCode::kRefused));
  }
}

TEST(Claims, OfAnotherTypeAreMalformed) {
  for (const char* text : {R"({"preferred_username":7})", R"({"preferred_username":["a"]})",
                           R"({"preferred_username":"a","groups":{"dev":true}})",
                           R"({"preferred_username":"a","groups":[1]})",
                           R"({"preferred_username":"a","groups":[["dev"]]})"}) {
    EXPECT_THAT(read_claims(json(text), nullptr, config::Provider()),
                FailsWith(ErrorCode::kMalformed))
        << text;
  }
}

TEST(Mail, IsDroppedWhenTheProviderDeniesIt) {
  for (const char* said : {"false", "\"false\"", "0", "\"no\""}) {
    const auto claims =
        read_claims(json(R"({"preferred_username":"a","email":"a@b.test","email_verified":)" +
                         std::string(said) + "}"),
                    nullptr, config::Provider());
    ASSERT_THAT(claims, IsOk());
    EXPECT_EQ(claims->mail, "") << said;
    EXPECT_EQ(claims->mail_proof, MailProof::kUnproven);
  }
}

TEST(Mail, ThatNobodyVouchesForCountsOnlyWhereTheConfigurationTrustsIt) {
  const auto claims = json(R"({"preferred_username":"a","email":"a@b.test"})");
  config::Provider settings;
  EXPECT_EQ(read_claims(claims, nullptr, settings)->mail_proof, MailProof::kUnproven);
  settings.trust_mail = true;
  EXPECT_EQ(read_claims(claims, nullptr, settings)->mail_proof, MailProof::kVerified);
}

TEST(Mail, IsVerifiedWhereTheProviderSaysSo) {
  const auto claims = read_claims(
      json(R"({"preferred_username":"a","email":"a@b.test","email_verified":true})"), nullptr,
      config::Provider());
  ASSERT_THAT(claims, IsOk());
  EXPECT_EQ(claims->mail_proof, MailProof::kVerified);
}

TEST(Mail, OfAnotherClaimIsNotWhatEmailVerifiedSpeaksOf) {
  config::Provider settings;
  settings.mail_claim = "upn";
  const auto claims = [&](const std::string& said) {
    return read_claims(json(R"({"preferred_username":"a","email":"a@b.test",)"
                            R"("upn":"boss@b.test","email_verified":)" +
                            said + "}"),
                       nullptr, settings);
  };
  EXPECT_EQ(claims("true")->mail, "boss@b.test");
  EXPECT_EQ(claims("true")->mail_proof, MailProof::kUnproven);
  EXPECT_EQ(claims("false")->mail, "boss@b.test");
  settings.trust_mail = true;
  EXPECT_EQ(claims("false")->mail_proof, MailProof::kVerified);
}

TEST(Mail, IsNotVerifiedByAStatementAboutAnotherAddress) {
  const auto token = json(R"({"preferred_username":"a","email":"ceo@corp.test"})");
  const auto of_two = [&token](const char* more) {
    const auto userinfo = json(more);
    return *read_claims(token, &userinfo, config::Provider());
  };
  for (const char* more : {R"({"email":"a@x.test","email_verified":true})",
                           R"({"email_verified":true})", R"({"email":null,"email_verified":true})",
                           R"({"email":"CEO@corp.test","email_verified":true})"}) {
    EXPECT_EQ(of_two(more).mail, "ceo@corp.test") << more;
    EXPECT_EQ(of_two(more).mail_proof, MailProof::kUnproven) << more;
  }
  const Claims same = of_two(R"({"email":"ceo@corp.test","email_verified":true})");
  EXPECT_EQ(same.mail_proof, MailProof::kVerified);
  const Claims denied = of_two(R"({"email":"a@x.test","email_verified":false})");
  EXPECT_EQ(denied.mail, "ceo@corp.test");  // of which nothing is said
}

TEST(Mail, ThatOneOfTwoDocumentsDeniesIsDropped) {
  const auto token = json(
      R"({"preferred_username":"a","email":"a@b.test","email_verified":true})");
  const auto userinfo = json(R"({"email":"a@b.test","email_verified":false})");
  EXPECT_EQ(read_claims(token, &userinfo, config::Provider())->mail, "");
}

// A no may stand where no address does, or one that is written in another way.
TEST(Mail, ThatIsDeniedInEitherDocumentIsDropped) {
  const auto bare = json(R"({"preferred_username":"a","email":"boss@corp.test"})");
  for (const char* no : {R"({"email_verified":false})", R"({"email":null,"email_verified":false})",
                         R"({"email":["a@x"],"email_verified":false})",
                         R"({"email":"Boss@Corp.test","email_verified":false})"}) {
    const auto userinfo = json(no);
    config::Provider settings;
    settings.trust_mail = true;
    EXPECT_EQ(read_claims(bare, &userinfo, settings)->mail, "") << no;
    settings.username_claim = "email";
    EXPECT_THAT(read_claims(bare, &userinfo, settings), FailsWith(ErrorCode::kRefused)) << no;
  }
  const auto token = json(R"({"preferred_username":"a","email_verified":false})");
  const auto address = json(R"({"email":"a@b.test"})");
  EXPECT_EQ(read_claims(token, &address, config::Provider())->mail, "");
}

TEST(Mail, OfAnotherClaimLetsEmailBeAnything) {
  config::Provider settings;
  settings.mail_claim = "upn";
  const auto claims = read_claims(
      json(R"({"preferred_username":"a","upn":"a@b.test","email":["x"]})"), nullptr, settings);
  ASSERT_THAT(claims, IsOk());
  EXPECT_EQ(claims->mail, "a@b.test");
}

TEST(Mail, OfUserinfoIsVerifiedByUserinfoOnly) {
  const auto token = json(R"({"preferred_username":"a","email_verified":true})");
  const auto bare = json(R"({"email":"a@b.test"})");
  EXPECT_EQ(read_claims(token, &bare, config::Provider())->mail_proof, MailProof::kUnproven);
  const auto whole = json(R"({"email":"a@b.test","email_verified":true})");
  EXPECT_EQ(read_claims(token, &whole, config::Provider())->mail_proof, MailProof::kVerified);
}

TEST(Mail, AsUserNameIsRefusedWhenItIsDenied) {
  config::Provider settings;
  settings.username_claim = "email";
  EXPECT_THAT(read_claims(json(R"({"email":"a@b.test","email_verified":false})"), nullptr, settings),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(read_claims(json(R"({"email":"a@b.test"})"), nullptr, settings), IsOk());
}

TEST(LacksAClaim, LooksAtEveryConfiguredName) {
  config::Provider settings;
  const auto all = json(R"({"preferred_username":"a","groups":[],"email":"a@b.test","name":"A"})");
  EXPECT_FALSE(lacks_a_claim(all, settings));
  settings.groups_claim = "roles";
  EXPECT_TRUE(lacks_a_claim(all, settings));
  settings.groups_claim.clear();
  EXPECT_FALSE(lacks_a_claim(all, settings));
}

}  // namespace
}  // namespace latchkey::provider
