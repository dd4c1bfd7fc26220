// Reads the text of one of our own tokens into its claims. What is checked here can never change
// for the same text (signature, issuer, audience, purpose), so it is remembered; what can change
// (time, record, owner) is checked by the caller at every request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "claims_cache.h"
#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/config/config.h"
#include "latchkey/crypto/jwt.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/model/decision.h"

namespace latchkey::identity {

// Returns the refusal of a token: whatever is wrong with it, the one who sent it learns only that
// it is not good.
std::unexpected<model::Decision> bad_token(const Error& error);

// Judges the time of a token of ours, whatever kind it is.
//
// Input:  `name`, what a refusal of an old one says for the log.
// Errors: kExpiredCredential; kBadCredential: not valid yet, by more than our clocks may differ.
model::Step<void> check_times(TimePoint valid_from, TimePoint expires, std::string_view name,
                              TimePoint now);

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
  crypto::TokenHeader last_header_;
  ClaimsCache<TokenClaims> cache_;
};

}  // namespace latchkey::identity
