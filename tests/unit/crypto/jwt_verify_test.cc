// What a key takes for its own signature, and what it does not.
#include <gtest/gtest.h>
#include <openssl/x509.h>

#include "crypto/algorithm.h"
#include "rfc_vectors.h"
#include "support/results.h"
#include "token_maker.h"

namespace latchkey::crypto {
namespace {

using namespace testing;

const std::vector<std::string> kAll{"RS256", "RS384", "RS512", "PS256", "PS384",
                                    "PS512", "ES256", "ES384", "ES512", "EdDSA"};

std::vector<VerificationKey> keys_of(const std::string& jwk) {
  return *keys_from_jwks(set_of(jwk), kAll);
}

TEST(VerificationKey, VerifiesTheExamplesOfRfc7515) {
  for (const auto& [jwk, token] : {std::pair(rfc::kRsaJwk, rfc::kRs256), {rfc::kEcJwk, rfc::kEs256}}) {
    const std::vector<VerificationKey> keys = keys_of(jwk);
    ASSERT_EQ(keys.size(), 1U);
    const Result<VerifiedToken> verified = check(keys[0], token);
    ASSERT_THAT(verified, IsOk());
    EXPECT_EQ(verified->claims().string("iss"), "joe");
  }
}

TEST(VerificationKey, VerifiesTheExampleOfRfc8037) {
  const std::vector<VerificationKey> keys = keys_of(rfc::kEd25519Jwk);
  ASSERT_EQ(keys.size(), 1U);
  // Its payload is no JSON, which is found out only after a good signature.
  EXPECT_THAT(check(keys[0], rfc::kEd25519), FailsWith(ErrorCode::kMalformed));
  std::string altered(rfc::kEd25519);
  altered[altered.size() - 20] = altered[altered.size() - 20] == 'A' ? 'B' : 'A';
  EXPECT_THAT(check(keys[0], altered), FailsWith(ErrorCode::kRefused));
}

TEST(VerificationKey, IsAsGoodAfterAWrongSignatureAndAnotherAlgorithm) {
  const VerificationKey key = verifier(rsa_2048(), {"RS256", "PS256", "RS512"});
  for (int round = 0; round < 3; ++round) {
    for (const char* const algorithm : {"RS256", "PS256", "RS512"}) {
      const std::string good = good_token(algorithm);
      std::string bad = good;
      bad[bad.size() - 10] = bad[bad.size() - 10] == 'A' ? 'B' : 'A';
      EXPECT_THAT(check(key, good), IsOk()) << algorithm;
      EXPECT_THAT(check(key, bad), FailsWith(ErrorCode::kRefused)) << algorithm;
      EXPECT_THAT(check(key, good.substr(0, good.rfind('.') + 1) + "c2ln"),
                  FailsWith(ErrorCode::kRefused))
          << algorithm;
      EXPECT_THAT(check(key, good), IsOk()) << algorithm;
    }
  }
}

TEST(VerificationKey, VerifiesEveryAlgorithmWithItsOwnKeyOnly) {
  for (const std::string& algorithm : kAll) {
    const std::string token = good_token(algorithm);
    EXPECT_THAT(check(verifier(key_for(algorithm), {algorithm}), token), IsOk()) << algorithm;
    EXPECT_THAT(check(verifier(other_rsa_2048(), {"RS256", "PS256"}), token),
                FailsWith(ErrorCode::kRefused))
        << algorithm;
  }
}

TEST(VerificationKey, RefusesAlgorithmNoneInEverySpellingJ1) {
  const VerificationKey key = verifier(rsa_2048(), {"RS256"});
  for (const char* name : {"none", "None", "NONE", "nOnE", "", "rs256", "Rs256", "RS256 ", "RSA"}) {
    const std::string text = b64(header_of(name)) + "." + b64(kClaims);
    EXPECT_THAT(check(key, text + "." + b64(signature_of(text, rsa_2048(), "RS256"))),
                FailsWith(ErrorCode::kRefused))
        << name;
    EXPECT_THAT(check(key, text + "."), FailsWith(ErrorCode::kMalformed)) << name;
  }
}

TEST(VerificationKey, RefusesAnAlgorithmOfItsTypeThatItWasNotMadeForJ1) {
  EXPECT_THAT(check(verifier(rsa_2048(), {"RS256"}), good_token("RS512")),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(check(verifier(rsa_2048(), {"RS256"}), good_token("PS256")),
              FailsWith(ErrorCode::kRefused));
  // The header says RS256 and the signature is PSS.
  EXPECT_THAT(check(verifier(rsa_2048(), {"RS256", "PS256"}),
                    sign_text(header_of("RS256"), kClaims, rsa_2048(), "PS256")),
              FailsWith(ErrorCode::kRefused));
}

std::string hmac_token(std::string_view algorithm, const std::string& secret) {
  return hmac_text(header_of(algorithm), kClaims, secret);
}

TEST(VerificationKey, RefusesHs256KeyedWithThePublicKeyJ2) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(rsa_2048(), &der);
  const std::string der_text(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  const std::string modulus =
      *wire::base64url_decode(*wire::Json::parse(jwk(rsa_2048()), 4096)->string("n"));
  const std::string pem = public_pem(rsa_2048());
  const VerificationKey key = verifier(rsa_2048(), kAll);
  for (const std::string& secret : {pem, pem.substr(0, pem.size() - 1), der_text, modulus,
                                    jwk(rsa_2048()), std::string()}) {
    EXPECT_THAT(check(key, hmac_token("HS256", secret)), FailsWith(ErrorCode::kRefused));
    EXPECT_THAT(check(key, hmac_token("RS256", secret)), FailsWith(ErrorCode::kRefused));
  }
}

TEST(SupportedAlgorithms, HaveNoHmacAmongThemJ2) {
  for (const char* name : {"HS256", "HS384", "HS512", "none", "rs256", "RS1", "ES256K", ""}) {
    EXPECT_EQ(algorithm_named(name), nullptr) << name;
  }
  for (const std::string& name : kAll) EXPECT_NE(algorithm_named(name), nullptr) << name;
}

std::string der_signature(std::string_view text, EVP_PKEY* key) {
  const EvpDigestContext context(EVP_MD_CTX_new());
  EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key);
  std::string der(80, '\0');
  std::size_t length = der.size();
  EVP_DigestSign(context.get(), as_bytes(der), &length, as_bytes(text), text.size());
  der.resize(length);
  return der;
}

// r and s as text of the curve's length; both given as big-endian bytes.
std::string ecdsa_token(const std::string& raw) {
  return b64(header_of("ES256")) + "." + b64(kClaims) + "." + b64(raw);
}

TEST(VerificationKey, RefusesZeroAndOutOfRangeEcdsaSignaturesJ5) {
  const VerificationKey key = verifier(p256(), {"ES256"});
  const std::string zero(32, '\0');
  const std::string one = std::string(31, '\0') + '\1';
  const std::string order =
      "\xff\xff\xff\xff" + std::string(4, '\0') + std::string(8, '\xff') +
      "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
  ASSERT_EQ(order.size(), 32U);
  for (const std::string& raw : {zero + zero, zero + one, one + zero, order + one, one + order,
                                 order + order, std::string(64, '\xff')}) {
    EXPECT_THAT(check(key, ecdsa_token(raw)), FailsWith(ErrorCode::kRefused));
  }
}

TEST(VerificationKey, RefusesEcdsaSignaturesOfAnotherLengthJ5) {
  const VerificationKey key = verifier(p256(), {"ES256"});
  const std::string text = b64(header_of("ES256")) + "." + b64(kClaims);
  const std::string raw = signature_of(text, p256(), "ES256");
  ASSERT_THAT(check(key, text + "." + b64(raw)), IsOk());
  EXPECT_THAT(check(key, text + "." + b64(raw + '\0')), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(check(key, text + "." + b64('\0' + raw)), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(check(key, text + "." + b64(raw.substr(1))), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(check(key, text + "." + b64(der_signature(text, p256()))),
              FailsWith(ErrorCode::kRefused));
}

TEST(VerificationKey, ReportsABadSignatureBeforeAnythingOfTheClaimsJ7) {
  const VerificationKey key = verifier(rsa_2048(), {"RS256"});
  for (const char* claims : {R"({"exp":1})", R"({"exp":"x"})", "not json", "{}"}) {
    const std::string token = sign_text(header_of("RS256"), claims, other_rsa_2048(), "RS256");
    EXPECT_THAT(check(key, token), FailsWith(ErrorCode::kRefused)) << claims;
  }
}

TEST(VerificationKey, TakesOnlyTheAnswerOneForAYesJ12) {
  EXPECT_TRUE(succeeded(1));
  for (const int answer : {0, -1, -2, 2, 256, -2147483647}) EXPECT_FALSE(succeeded(answer));
}

TEST(VerificationKey, RefusesClaimsThatTwoParsersCouldReadDifferentlyJ13) {
  const VerificationKey key = verifier(rsa_2048(), {"RS256"});
  for (const std::string& claims :
       {std::string(R"({"sub":"a","sub":"b"})"), std::string("\xef\xbb\xbf{}"),
        std::string("{\"sub\":\"a\\u0000\"}"), std::string("[1]"), std::string("{} {}"),
        std::string("{\"sub\":\"\xc0\xaf\"}"),
        R"({"x":)" + std::string(20, '[') + std::string(20, ']') + "}"}) {
    EXPECT_THAT(check(key, sign_text(header_of("RS256"), claims, rsa_2048(), "RS256")),
                FailsWith(ErrorCode::kMalformed))
        << claims;
  }
}

TEST(VerificationKey, RefusesEveryChangeOfTheLastCharacterJ14) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. ";
  for (const std::string& algorithm : kAll) {
    const VerificationKey key = verifier(key_for(algorithm), {algorithm});
    const std::string good = good_token(algorithm);
    ASSERT_THAT(check(key, good), IsOk());
    for (const char c : kAlphabet) {
      if (c == good.back()) continue;
      std::string altered = good;
      altered.back() = c;
      EXPECT_FALSE(check(key, altered).has_value()) << algorithm << " ending with " << c;
    }
  }
}

TEST(VerificationKey, RefusesATokenWithAnyByteChanged) {
  const VerificationKey key = verifier(p256(), {"ES256"});
  const std::string good = good_token("ES256");
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string altered = good;
    altered[at] = altered[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(check(key, altered).has_value()) << at;
  }
}

// A "signature" whose decryption is exactly `block`: what a forger of lax paddings would want.
std::string signed_block(const std::string& block, EVP_PKEY* key) {
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  EVP_PKEY_sign_init(context.get());
  EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING);
  std::string out(256, '\0');
  std::size_t length = out.size();
  EVP_PKEY_sign(context.get(), as_bytes(out), &length, as_bytes(block), block.size());
  return out;
}

TEST(VerificationKey, RefusesPkcs1SignaturesWithLaxPaddingJ18) {
  const std::string text = b64(header_of("RS256")) + "." + b64(kClaims);
  const std::string hash(sha256(text).bytes());
  const std::string info = std::string(
      "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20", 19);
  const std::string info_without_null = std::string(
      "\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20", 17);
  const auto block = [](char type, const std::string& padding, const std::string& rest) {
    std::string head = std::string(1, '\0') + type + padding + '\0' + rest;
    head.resize(256, '\0');
    return head;
  };
  const auto full = [](const std::string& rest) { return std::string(256 - 3 - rest.size(), '\xff'); };
  const VerificationKey key = verifier(rsa_2048(), {"RS256"});
  const auto verdict = [&](const std::string& b) {
    return check(key, text + "." + b64(signed_block(b, rsa_2048())));
  };

  const std::string good = info + hash;
  ASSERT_THAT(verdict(block(1, full(good), good)), IsOk());
  EXPECT_THAT(verdict(block(1, std::string(8, '\xff'), good)), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(verdict(block(1, std::string(8, '\xff'), good + std::string(200, 'g'))),
              FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(verdict(block(2, full(good), good)), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(verdict(block(0, full(good), good)), FailsWith(ErrorCode::kRefused));
  EXPECT_THAT(verdict(block(1, full(hash), hash)), FailsWith(ErrorCode::kRefused));
  const std::string no_null = info_without_null + hash;
  EXPECT_THAT(verdict(block(1, full(no_null), no_null)), FailsWith(ErrorCode::kRefused));
  std::string altered_padding = full(good);
  altered_padding[100] = '\xfe';
  EXPECT_THAT(verdict(block(1, altered_padding, good)), FailsWith(ErrorCode::kRefused));
}

TEST(VerificationKey, RefusesPssSignaturesWithAnotherSaltLengthJ18) {
  const std::string text = b64(header_of("PS256")) + "." + b64(kClaims);
  const EvpDigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;
  EVP_DigestSignInit(context.get(), &key_context, EVP_sha256(), nullptr, rsa_2048());
  EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING);
  EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, 0);
  std::string signature(256, '\0');
  std::size_t length = signature.size();
  ASSERT_EQ(EVP_DigestSign(context.get(), as_bytes(signature), &length, as_bytes(text), text.size()), 1);
  EXPECT_THAT(check(verifier(rsa_2048(), {"PS256"}), text + "." + b64(signature)),
              FailsWith(ErrorCode::kRefused));
}

}  // namespace
}  // namespace latchkey::crypto
