// Our signatures and our verdicts held against libjwt's, where libjwt can be trusted.
#include <gtest/gtest.h>
#include <jwt.h>

#include <cstdlib>

#include "latchkey/crypto/signing_key.h"
#include "scratch.h"
#include "support/results.h"
#include "token_maker.h"

namespace latchkey::crypto {
namespace {

using namespace testing;

int libjwt_decodes(const std::string& token, const std::string& pem) {
  jwt_t* raw = nullptr;
  const int answer = jwt_decode(&raw, token.c_str(), as_bytes(pem), static_cast<int>(pem.size()));
  const Handle<jwt_t, jwt_free> jwt(raw);
  return answer;
}

std::string libjwt_signs(jwt_alg_t algorithm, EVP_PKEY* key) {
  jwt_t* raw = nullptr;
  jwt_new(&raw);
  const Handle<jwt_t, jwt_free> jwt(raw);
  const std::string pem = private_pem(key);
  jwt_add_grants_json(jwt.get(), kClaims);
  jwt_set_alg(jwt.get(), algorithm, as_bytes(pem), static_cast<int>(pem.size()));
  const Handle<char, std::free> text(jwt_encode_str(jwt.get()));
  return text == nullptr ? "" : text.get();
}

TEST(Libjwt, AgreesWithOurVerdictOnWhatItSigns) {
  const std::vector<std::pair<jwt_alg_t, std::string>> algorithms{
      {JWT_ALG_RS256, "RS256"}, {JWT_ALG_RS384, "RS384"}, {JWT_ALG_RS512, "RS512"},
      {JWT_ALG_ES256, "ES256"}, {JWT_ALG_ES384, "ES384"}, {JWT_ALG_ES512, "ES512"}};
  for (const auto& [algorithm, name] : algorithms) {
    const std::string token = libjwt_signs(algorithm, key_for(name));
    ASSERT_FALSE(token.empty()) << name;
    EXPECT_EQ(libjwt_decodes(token, public_pem(key_for(name))), 0) << name;
    EXPECT_THAT(check(verifier(key_for(name), {name}), token), IsOk()) << name;
  }
}

TEST(Libjwt, TakesAnHs256TokenKeyedWithThePublicPemWhichWeRefuseJ2) {
  const std::string pem = public_pem(rsa_2048());
  jwt_t* raw = nullptr;
  jwt_new(&raw);
  const Handle<jwt_t, jwt_free> jwt(raw);
  jwt_add_grants_json(jwt.get(), kClaims);
  jwt_set_alg(jwt.get(), JWT_ALG_HS256, as_bytes(pem), static_cast<int>(pem.size()));
  const Handle<char, std::free> text(jwt_encode_str(jwt.get()));
  ASSERT_NE(text, nullptr);
  EXPECT_EQ(libjwt_decodes(text.get(), pem), 0);  // why it is not our verifier
  EXPECT_THAT(check(verifier(rsa_2048(), {"RS256"}), text.get()), FailsWith(ErrorCode::kRefused));
}

class SigningKeyTest : public Scratch {
 protected:
  std::string key_file() { return write("signing.pem", private_pem(rsa_2048())); }
};

TEST_F(SigningKeyTest, SignsWhatBothVerifiersTake) {
  const Result<SigningKey> key = SigningKey::load(key_file());
  ASSERT_THAT(key, IsOk());
  const Result<SecretString> token = key->sign(kClaims);
  ASSERT_THAT(token, IsOk());
  const Result<UnverifiedToken> parsed = UnverifiedToken::parse(token->reveal());
  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->algorithm(), "RS256");
  EXPECT_EQ(parsed->type(), "JWT");
  EXPECT_EQ(parsed->key_id(), key->id());
  const VerificationKey verifying = verifier(rsa_2048(), {"RS256"}, key->id().text());
  EXPECT_EQ(thumbprint_of(verifying), key->id());
  const Result<VerifiedToken> verified = verifying.verify(*parsed);
  ASSERT_THAT(verified, IsOk());
  EXPECT_EQ(verified->claims().string("iss"), "https://issuer.test");
  EXPECT_EQ(verified->claims().integer("exp"), 2'000'000'000);
  EXPECT_EQ(libjwt_decodes(std::string(token->reveal()), public_pem(rsa_2048())), 0);
}

TEST_F(SigningKeyTest, SignsNothingButOneStrictObject) {
  const Result<SigningKey> key = SigningKey::load(key_file());
  ASSERT_THAT(key, IsOk());
  for (const char* claims : {"", "[]", "7", "{} {}", R"({"sub":"a","sub":"b"})", "{\"sub\":"}) {
    EXPECT_THAT(key->sign(claims), FailsWith(ErrorCode::kMalformed)) << claims;
  }
}

TEST_F(SigningKeyTest, LoadsOnlyASoundPrivateKeyOfItsOwnerN29) {
  EXPECT_THAT(SigningKey::load(write("open.pem", private_pem(rsa_2048()), 0640)),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(SigningKey::load(write("public.pem", public_pem(rsa_2048()))),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(SigningKey::load(write("ec.pem", private_pem(p256()))),
              FailsWith(ErrorCode::kRefused));
  const EvpKey small = make_rsa(1024);
  EXPECT_THAT(SigningKey::load(write("small.pem", private_pem(small.get()))),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(SigningKey::load(path("missing.pem")), FailsWith(ErrorCode::kUnavailable));
}

}  // namespace
}  // namespace latchkey::crypto
