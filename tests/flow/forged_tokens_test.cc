// Tokens of somebody who knows everything about a good one but not our private key, and tokens by
// that key that were made for something else.
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <cstdio>

#include "latchkey/crypto/key_directory.h"
#include "unit/crypto/token_maker.h"
#include "world.h"

namespace latchkey::flow {
namespace {

namespace maker = crypto::testing;

std::string decoded(std::string_view part) { return *wire::base64url_decode(part); }

// A world with a good token of alice's, taken to pieces, and the key that signed it.
class Forger : public World {
 public:
  Forger() {
    const std::string good = token(account("alice"));
    const std::size_t dot = good.find('.'), last = good.rfind('.');
    claims = decoded(good.substr(dot + 1, last - dot - 1));
    signature = good.substr(last + 1);
    const crypto::KeyDirectory directory(config.credential.key_directory);
    kid = directory.active_signing_key(clock.now())->id().text();
    jwks = *directory.export_jwks();
    const std::string path = config.credential.key_directory + "/signing-" + kid + ".pem";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "r"),
                                                               std::fclose);
    key.reset(PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr));
  }

  std::string header(const std::string& algorithm) const {
    return R"({"alg":")" + algorithm + R"(","kid":")" + kid + R"(","typ":"JWT"})";
  }
  std::string by_our_key(const std::string& header, std::string_view algorithm = "RS256") const {
    return maker::sign_text(header, claims, key.get(), algorithm);
  }
  std::string by_hmac(const std::string& algorithm, const std::string& secret) const {
    return maker::hmac_text(header(algorithm), claims, secret);
  }
  std::string reason_of(const std::string& token) { return reason(by_bearer(get("/x"), token)); }

  std::string claims, signature, kid, jwks;
  crypto::EvpKey key;
};

// Without it no test of this file would show anything.
TEST(Forged, IsNotWhatOurKeyMakesAsWeDo) {
  Forger forger;
  EXPECT_EQ(forger.reason_of(forger.by_our_key(forger.header("RS256"))), "allowed");
}

TEST(Forged, WithoutASignatureJ1) {
  Forger forger;
  for (const char* algorithm : {"none", "None", "nOnE", "", "RS256"}) {
    const std::string text =
        maker::b64(forger.header(algorithm)) + '.' + maker::b64(forger.claims) + '.';
    EXPECT_EQ(forger.reason_of(text), "bad_credential") << algorithm;
    if (algorithm == std::string("RS256")) continue;
    EXPECT_EQ(forger.reason_of(text + forger.signature), "bad_credential") << algorithm;
  }
}

TEST(Forged, WithThePublicKeyAsASharedSecretJ2N44) {
  Forger forger;
  const std::string pem = maker::public_pem(forger.key.get());
  const std::string modulus =
      decoded(*wire::Json::parse(maker::jwk(forger.key.get()), 4096)->string("n"));
  for (const std::string& secret : {pem, pem.substr(0, pem.size() - 1), modulus, forger.jwks,
                                    maker::jwk(forger.key.get()), forger.kid, std::string()}) {
    for (const char* algorithm : {"HS256", "RS256"}) {
      EXPECT_EQ(forger.reason_of(forger.by_hmac(algorithm, secret)), "bad_credential") << algorithm;
    }
  }
}

TEST(Forged, UnderAnAlgorithmThatIsNotTheKeysJ1) {
  Forger forger;
  for (const char* algorithm : {"RS384", "RS512", "PS256", "PS512"}) {
    EXPECT_EQ(forger.reason_of(forger.by_our_key(forger.header(algorithm), algorithm)),
              "bad_credential")
        << algorithm;
  }
  EXPECT_EQ(forger.reason_of(forger.by_our_key(forger.header("rs256"))), "bad_credential");
}

TEST(Forged, WithAnotherOrNoTypeM19N16) {
  Forger forger;
  const std::string begin = R"({"alg":"RS256","kid":")" + forger.kid + '"';
  for (const char* type : {"", R"(,"typ":"at+jwt")", R"(,"typ":"logout+jwt")", R"(,"typ":"")"}) {
    EXPECT_EQ(forger.reason_of(forger.by_our_key(begin + type + '}')), "bad_credential") << type;
  }
}

TEST(Forged, WithAnotherOrNoKeyIdJ4) {
  Forger forger;
  for (const char* id : {"", R"(,"kid":"k1")", R"(,"kid":"../signing")", R"(,"kid":7)"}) {
    const std::string header = R"({"alg":"RS256","typ":"JWT")" + std::string(id) + '}';
    EXPECT_EQ(forger.reason_of(forger.by_our_key(header)), "bad_credential") << id;
  }
}

TEST(Forged, WithTheKeyThatSignedItInsideJ3D6) {
  Forger forger;
  EVP_PKEY* const own = maker::rsa_2048();
  for (const std::string& id : {forger.kid, std::string("k1")}) {
    const std::string header = R"({"alg":"RS256","typ":"JWT","kid":")" + id + R"(","jwk":)" +
                               maker::jwk(own) + '}';
    EXPECT_EQ(forger.reason_of(maker::sign_text(header, forger.claims, own, "RS256")),
              "bad_credential");
  }
  EXPECT_EQ(forger.reason_of(maker::sign_text(forger.header("RS256"), forger.claims, own, "RS256")),
            "bad_credential");
}

}  // namespace
}  // namespace latchkey::flow
