// Reads the text of one of our own tokens into its claims. What is checked here can never change
// for the same text (signature, issuer, audience, purpose), so it is remembered; what can change
// (time, record, owner) is checked by the caller at every request.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/config/config.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/jwt.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/model/decision.h"

namespace latchkey::identity {

// The claims of a token with a good signature by one of our keys.
struct TokenClaims {
  CredentialId credential;  // `jti`
  AccountId account;        // `sub`
  std::string user_name;    // `uid`
  TimePoint valid_from{};   // the later of `iat` and `nbf`
  TimePoint expires{};      // `exp`
};

// Token texts whose claims are known; at most `entries_max`. When the newer half is full, the older
// half is dropped, and what is used moves to the newer one. Only good tokens get in, so that a
// stranger cannot push them out.
class ClaimsCache {
 public:
  explicit ClaimsCache(std::size_t entries_max) : half_max_(entries_max / 2) {}

  // Returns null if the text is not known. The pointer lives until the next call.
  const TokenClaims* find(const crypto::Digest& text);
  void remember(const crypto::Digest& text, TokenClaims claims);
  void clear();
  std::size_t size() const { return newer_.size() + older_.size(); }

 private:
  using Map = std::unordered_map<crypto::Digest, TokenClaims>;
  std::size_t half_max_;
  Map newer_;
  Map older_;
};

class TokenReader {
 public:
  TokenReader(const config::Config& config, crypto::KeyDirectory directory);

  // Input:   `text`, what stands in Authorization, any bytes.
  // Returns: the claims.
  // Errors:  a refusal with kBadCredential, kWrongAudience (another installation's token) or, when
  //          the keys cannot be read, kStoreUnavailable.
  model::Step<TokenClaims> read(std::string_view text, TimePoint now);

 private:
  model::Step<const crypto::VerificationKey*> find_key(const KeyId& id, TimePoint now);
  model::Step<TokenClaims> verify(std::string_view text, TimePoint now);
  Outcome reload_if_changed();

  const std::string issuer_;
  std::vector<std::string> audiences_;
  crypto::KeyDirectory directory_;
  std::optional<crypto::KeyStamp> stamp_;
  crypto::KeyRing ring_;
  std::optional<TimePoint> looked_;  // when the directory was last looked at
  ClaimsCache cache_;
};

}  // namespace latchkey::identity
