// The claims of tokens whose signature was found good, so that the costly part is done once for a
// text. Whether a token is still good today is not known here.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/recent_map.h"
#include "latchkey/base/secret_string.h"

namespace latchkey::identity {

// The claims of a token with a good signature by one of our keys.
struct TokenClaims {
  CredentialId credential;  // `jti`
  AccountId account;        // `sub`
  std::string user_name;    // `uid`
  TimePoint valid_from{};   // the later of `iat` and `nbf`
  TimePoint expires{};      // `exp`
};

// The end of a token's text, which is the end of its signature: as good as random, so that it finds
// the one entry that may be meant, and hashing would find no other.
struct TokenEnding {
  explicit TokenEnding(std::string_view text);
  bool operator==(const TokenEnding&) const = default;
  std::array<char, 16> bytes{};
};
struct HashOfEnding {
  std::size_t operator()(const TokenEnding& ending) const;
};

// Only good tokens get in, so that a stranger cannot push them out. One per worker and kind.
template <typename Claims>
class ClaimsCache {
 public:
  // Input: `entries_max`, about 1.5 KiB each; 0 keeps none.
  explicit ClaimsCache(std::size_t entries_max) : known_(entries_max) {}

  // Returns the claims of exactly this text, any bytes, until the next call; null if it is not
  // known.
  const Claims* find(std::string_view text) {
    const Entry* const entry = known_.find(TokenEnding(text));
    if (entry == nullptr) return nullptr;
    return equal_in_constant_time(entry->text.reveal(), text) ? &entry->claims : nullptr;
  }
  void keep(std::string_view text, Claims claims) {
    known_.keep(TokenEnding(text), {SecretString(text), std::move(claims)});
  }
  void clear() { known_.clear(); }

 private:
  struct Entry {
    SecretString text;
    Claims claims;
  };
  RecentMap<TokenEnding, Entry, HashOfEnding> known_;
};

}  // namespace latchkey::identity
