#include "latchkey/crypto/jwks.h"

#include <gtest/gtest.h>

#include "rfc_vectors.h"
#include "support/results.h"
#include "token_maker.h"

namespace latchkey::crypto {
namespace {

using namespace testing;

const std::vector<std::string> kAllowed{"RS256", "PS256", "ES256", "EdDSA"};

std::size_t usable(const std::string& jwk) {
  const Result<std::vector<VerificationKey>> keys = keys_from_jwks(set_of(jwk), kAllowed);
  return keys.has_value() ? keys->size() : 999;
}

TEST(KeysFromJwks, ReadsEveryKindOfKey) {
  EXPECT_EQ(usable(jwk(rsa_2048()) + "," + jwk(p256()) + "," + jwk(key_for("EdDSA"))), 3U);
}

TEST(KeysFromJwks, GivesAKeyWithoutAlgAllAllowedOnesOfItsType) {
  const auto keys = keys_from_jwks(set_of(jwk(rsa_2048())), kAllowed);
  ASSERT_THAT(keys, IsOk());
  EXPECT_THAT(keys->at(0).algorithms(), ::testing::ElementsAre("RS256", "PS256"));
  const auto named = keys_from_jwks(set_of(jwk(rsa_2048(), R"("alg":"PS256")")), kAllowed);
  EXPECT_THAT(named->at(0).algorithms(), ::testing::ElementsAre("PS256"));
}

TEST(KeysFromJwks, LeavesOutWhatItDoesNotKnow) {
  EXPECT_EQ(usable(R"({"kty":"oct","k":"c2VjcmV0"})"), 0U);
  EXPECT_EQ(usable(R"({"kty":"XYZ"})"), 0U);
  EXPECT_EQ(usable(R"({"kty":"EC","crv":"secp256k1","x":"YQ","y":"YQ"})"), 0U);
  EXPECT_EQ(usable(R"({"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"),
            0U);
  EXPECT_EQ(usable("7,null,[]," + jwk(p256())), 1U);
}

TEST(KeysFromJwks, LeavesOutSmallAndOddRsaKeysJ16) {
  const EvpKey small = make_rsa(1024);
  const EvpKey below = make_rsa(2040);
  EXPECT_EQ(usable(jwk(small.get())), 0U);
  EXPECT_EQ(usable(jwk(below.get())), 0U);
  const std::string n = *wire::Json::parse(jwk(rsa_2048()), 4096)->string("n");
  const auto rsa = [](const std::string& modulus, const std::string& e) {
    return R"({"kty":"RSA","n":")" + modulus + R"(","e":")" + e + R"("})";
  };
  EXPECT_EQ(usable(rsa(n, b64("\x03"))), 1U);
  EXPECT_EQ(usable(rsa(n, b64("\x01"))), 0U);
  EXPECT_EQ(usable(rsa(n, b64("\x02"))), 0U);
  EXPECT_EQ(usable(rsa(n, b64(std::string(1, '\0')))), 0U);
  EXPECT_EQ(usable(rsa(n, "")), 0U);
  EXPECT_EQ(usable(rsa(n, b64(std::string("\0\x01\0\x01", 4)))), 0U);
  EXPECT_EQ(usable(rsa(n, b64(std::string(9, '\xff')))), 0U);
  EXPECT_EQ(usable(rsa(b64(std::string(256, '\xfe')), "AQAB")), 0U);
  EXPECT_EQ(usable(rsa(b64(std::string(1025, '\xff')), "AQAB")), 0U);
  EXPECT_EQ(usable(rsa(b64('\0' + *wire::base64url_decode(n)), "AQAB")), 0U);
  EXPECT_EQ(usable(rsa(n + "=", "AQAB")), 0U);
}

TEST(KeysFromJwks, LeavesOutPointsThatAreNotOnTheirCurveJ10) {
  const std::string zero = b64(std::string(32, '\0'));
  const std::string ones = b64(std::string(32, '\1'));
  const auto ec = [](const std::string& x, const std::string& y) {
    return R"({"kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + y + R"("})";
  };
  EXPECT_EQ(usable(ec(zero, zero)), 0U);
  EXPECT_EQ(usable(ec(ones, ones)), 0U);
  EXPECT_EQ(usable(ec(b64(std::string(33, '\1')), ones)), 0U);
  EXPECT_EQ(usable(ec(b64(std::string(31, '\1')), ones)), 0U);
}

TEST(KeysFromJwks, LeavesOutKeysForOtherUsesJ17) {
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("use":"sig")")), 1U);
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("use":"enc")")), 0U);
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("use":7)")), 0U);
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("key_ops":["verify"])")), 1U);
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("key_ops":["encrypt","wrapKey"])")), 0U);
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("key_ops":[])")), 0U);
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("key_ops":{"verify":1})")), 0U);
}

TEST(KeysFromJwks, LeavesOutAlgorithmsThatAreNotAllowedOrDoNotFitJ17) {
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("alg":"RS512")")), 0U);
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("alg":"HS256")")), 0U);
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("alg":"none")")), 0U);
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("alg":"rs256")")), 0U);
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("alg":"ES256")")), 0U);
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("alg":"RSA-OAEP")")), 0U);
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("alg":7)")), 0U);
  EXPECT_EQ(usable(jwk(key_for("ES384"))), 0U);
  const std::vector<std::string> hmac{"HS256", "none"};
  EXPECT_EQ(keys_from_jwks(set_of(jwk(rsa_2048())), hmac)->size(), 0U);
}

TEST(KeysFromJwks, KeepsTheFirstOfTwoKeysWithOneName) {
  const auto keys = keys_from_jwks(
      set_of(jwk(rsa_2048(), R"("kid":"a")") + "," + jwk(p256(), R"("kid":"a")")), kAllowed);
  ASSERT_EQ(keys->size(), 1U);
  EXPECT_THAT(keys->at(0).algorithms(), ::testing::Contains("RS256"));
  EXPECT_EQ(usable(jwk(rsa_2048(), R"("kid":"../x")")), 0U);
}

TEST(KeysFromJwks, RefusesASetThatIsNone) {
  for (const char* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":null})", "{\"keys\":[]} x",
                           R"({"keys":[],"keys":[]})"}) {
    EXPECT_THAT(keys_from_jwks(text, kAllowed), FailsWith(ErrorCode::kMalformed)) << text;
  }
  std::string many = "{}";
  for (std::size_t i = 0; i < kKeySetKeysMax; ++i) many += ",{}";
  EXPECT_THAT(keys_from_jwks(set_of(many), kAllowed), FailsWith(ErrorCode::kMalformed));
  EXPECT_THAT(keys_from_jwks(std::string(kKeySetBytesMax + 1, ' '), kAllowed),
              FailsWith(ErrorCode::kMalformed));
}

TEST(KeyRing, FindsByName) {
  std::vector<VerificationKey> keys;
  keys.push_back(verifier(p256(), {"ES256"}, "a"));
  const KeyRing one(std::move(keys));
  EXPECT_NE(one.find(KeyId("a")), nullptr);
  EXPECT_EQ(one.find(KeyId("b")), nullptr);
  EXPECT_EQ(one.find(KeyId()), nullptr);
}

TEST(ThumbprintOf, GivesTheValueOfRfc7638AndRfc8037) {
  const auto rsa = keys_from_jwks(set_of(rfc::kThumbprintJwk), kAllowed);
  EXPECT_EQ(thumbprint_of(rsa->at(0)), KeyId(rfc::kThumbprint));
  const auto ed = keys_from_jwks(set_of(rfc::kEd25519Jwk), kAllowed);
  EXPECT_EQ(thumbprint_of(ed->at(0)), KeyId(rfc::kEd25519Thumbprint));
}

TEST(JwkOf, ReadsBackAsTheSameKey) {
  for (const std::string& algorithm : kAllowed) {
    const VerificationKey key = verifier(key_for(algorithm), {algorithm}, "k1");
    const std::string text = jwk_of(key);
    const auto again = keys_from_jwks(set_of(text), kAllowed);
    ASSERT_THAT(again, IsOk());
    ASSERT_EQ(again->size(), 1U) << text;
    EXPECT_EQ(again->at(0).id(), KeyId("k1"));
    EXPECT_THAT(again->at(0).algorithms(), ::testing::ElementsAre(algorithm));
    EXPECT_EQ(thumbprint_of(again->at(0)), thumbprint_of(key));
    EXPECT_THAT(check(again->at(0), good_token(algorithm)), IsOk());
  }
}

TEST(JwksOf, HoldsPublicMembersOnly) {
  std::vector<VerificationKey> keys;
  keys.push_back(verifier(rsa_2048(), {"RS256"}, "a"));
  keys.push_back(verifier(p256(), {"ES256"}, "b"));
  const std::string text = jwks_of(keys);
  EXPECT_EQ(keys_from_jwks(text, kAllowed)->size(), 2U);
  const Result<wire::Json> set = wire::Json::parse(text, 65536);
  ASSERT_THAT(set, IsOk());
  const Result<std::vector<wire::Json>> written = set->array("keys");
  ASSERT_THAT(written, IsOk());
  for (const wire::Json& key : *written) {
    for (const char* secret : {"d", "p", "q", "dp", "dq", "qi", "k"}) EXPECT_FALSE(key.has(secret));
    EXPECT_EQ(key.string("use"), "sig");
  }
  EXPECT_EQ(jwks_of({}), R"({"keys":[]})");
}

}  // namespace
}  // namespace latchkey::crypto
