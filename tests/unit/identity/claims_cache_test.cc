#include "identity/claims_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace latchkey::identity {
namespace {

constexpr const char* kToken = "eyJhbGciOiJSUzI1NiJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl";

TokenClaims claims_of(std::string user_name) {
  return {.credential = {}, .account = {}, .user_name = std::move(user_name)};
}

TEST(ClaimsCache, KnowsExactlyTheTextThatWasGoodJ11) {
  ClaimsCache<TokenClaims> cache(8);
  cache.keep(kToken, claims_of("alice"));
  const TokenClaims* const known = cache.find(kToken);
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->user_name, "alice");

  // Any byte changed, added or left out makes it a stranger; so does another signature, or none.
  for (std::size_t at = 0; kToken[at] != '\0'; ++at) {
    std::string altered = kToken;
    altered[at] = altered[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(cache.find(altered), nullptr) << altered;
  }
  const std::string token = kToken;
  for (const std::string& other :
       {token + "A", token.substr(0, token.size() - 1), token.substr(0, token.rfind('.') + 1),
        token.substr(0, token.rfind('.')), token + ".", "." + token, std::string()}) {
    EXPECT_EQ(cache.find(other), nullptr) << other;
  }
  EXPECT_NE(cache.find(kToken), nullptr);
}

TEST(ClaimsCache, ForgetsEverythingWhenAKeyIsGone) {
  ClaimsCache<TokenClaims> cache(8);
  cache.keep(kToken, claims_of("alice"));
  cache.clear();
  EXPECT_EQ(cache.find(kToken), nullptr);
}

}  // namespace
}  // namespace latchkey::identity
