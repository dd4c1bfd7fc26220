// Any bytes as a token, and as a key set: nothing may crash, hang, or verify.
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/fuzz.h"
#include "latchkey/crypto/jwks.h"
#include "latchkey/crypto/jwt.h"

namespace {

using latchkey::crypto::KeyRing;
using latchkey::crypto::UnverifiedToken;
using latchkey::crypto::VerificationKey;

const std::vector<std::string>& algorithms() {
  static const std::vector<std::string> all{"RS256", "RS384", "RS512", "PS256", "PS384",
                                            "PS512", "ES256", "ES384", "ES512", "EdDSA"};
  return all;
}

// Public halves of keys that nobody has the private halves of. The set is the project's own, so it
// must be read.
const KeyRing& ring() {
  static const KeyRing keys = [] {
    auto read = latchkey::crypto::keys_from_jwks(
        R"({"keys":[)"
        R"({"kty":"EC","crv":"P-256","kid":"ec","x":"FLeE8iZKO6xdTJGpDX7KW18q_sTm-PzighDUFecx4XQ",)"
        R"("y":"k6P30_A6o84Ifli45rmqf1PfKA0otXs3yUN_uRi5lKU"},)"
        R"({"kty":"OKP","crv":"Ed25519","kid":"ed","x":"SJCL2pQVT1UEuhAvr4OATQL1nbLnQbXwXa6JhCqO3bo"},)"
        R"({"kty":"RSA","kid":"rsa","e":"AQAB","n":"nJkpEfv_G1AJkQGDvboGeQ36r2qAyUt6CDPNBMtS4Np9HdVLHRcuGGl4ItWSbX0vgg1NVzrr8X9F8zq0)"
        R"(q8VNx8CFpxKEbWB-tE1VKlkU4lzum_eWsqZL7FOXEffOP59fhEeQb4tiU1OKI2a4unLPwLbejaRvsmTJ)"
        R"(38eL7d_KU9mF03BeTyUncWuXUypsnSs-SV6s-ksfc5LjBJio5aHqEA_S5DL-zdFlxxWgmhXayugI3ysf)"
        R"(QeRmGjG4HuujWs1sD8gjlfVRu9js_Ye3542FDhJU3LBeYPRrx1CrnO4cridYimZwJWb-yZe01uha3zV_)"
        R"(BjaizCjTLm3HFIMLfcsc6w"}]})",
        algorithms());
    LK_ASSERT(read.has_value() && read->size() == 3);
    return KeyRing(std::move(*read));
  }();
  return keys;
}

void try_as_token(std::string_view text) {
  const auto token = UnverifiedToken::parse(text);
  if (!token.has_value()) return;
  LK_ASSERT(text.size() <= latchkey::crypto::kTokenBytesMax);
  for (const VerificationKey& key : ring().keys()) LK_ASSERT(!key.verify(*token).has_value());
}

void try_as_key_set(std::string_view text) {
  const auto keys = latchkey::crypto::keys_from_jwks(text, algorithms());
  if (!keys.has_value()) return;
  // What was taken in can be given out, and is read back as the same keys.
  const auto again =
      latchkey::crypto::keys_from_jwks(latchkey::crypto::jwks_of(*keys), algorithms());
  LK_ASSERT(again.has_value() && again->size() == keys->size());
  for (std::size_t i = 0; i < keys->size(); ++i) {
    LK_ASSERT(thumbprint_of((*again)[i]) == thumbprint_of((*keys)[i]));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = latchkey::fuzz::text_of(data, size);
  try_as_token(text);
  try_as_key_set(text);
  return 0;
}
