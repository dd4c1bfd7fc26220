// The claims of tokens whose signature was found good, so that the costly part is done once for a
// text. Whether a token is still good today is not known here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/recent_map.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/crypto/digest.h"

namespace latchkey::identity {

// The claims of a token with a good signature by one of our keys.
struct TokenClaims {
  CredentialId credential;  // `jti`
  AccountId account;        // `sub`
  std::string user_name;    // `uid`
  TimePoint valid_from{};   // the later of `iat` and `nbf`
  TimePoint expires{};      // `exp`
};

// A token as the cache knows it. Of an RSA token the signature is more than half, and hashing is
// what a known token costs: so the hash names the part that is signed, and the rest is compared.
struct TokenText {
  // Input: `text`, any bytes; what follows its second dot is the signature.
  explicit TokenText(std::string_view text);

  crypto::Digest signed_part;
  std::string_view signature;  // as it was sent; lives as long as the text
};

// Only good tokens get in, so that a stranger cannot push them out. One per worker.
class ClaimsCache {
 public:
  // Input: `entries_max`, about 1 KiB each; 0 keeps none.
  explicit ClaimsCache(std::size_t entries_max) : known_(entries_max) {}

  // Returns the claims of exactly this text, until the next call; null if it is not known.
  const TokenClaims* find(const TokenText& text);
  void keep(const TokenText& text, TokenClaims claims);
  void clear() { known_.clear(); }

 private:
  struct Entry {
    SecretString signature;
    TokenClaims claims;
  };
  RecentMap<crypto::Digest, Entry> known_;
};

}  // namespace latchkey::identity
