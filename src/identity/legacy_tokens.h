// The one-year tokens of the nexus-proxy that was here before. They have no record of ours: what
// ends one is its own date, the configured day, a denied list, or its owner's account.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/recent_map.h"
#include "latchkey/config/config.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/file_stamp.h"
#include "latchkey/crypto/jwt.h"
#include "latchkey/model/decision.h"

namespace latchkey::identity {

struct LegacyClaims {
  std::string user_name;  // `uid`: with nexus-proxy a mail address
  TimePoint issued{};
  TimePoint expires{};
};

class LegacyTokens {
 public:
  // `settings` outlives the object.
  explicit LegacyTokens(const config::Legacy& settings);

  // True if a token that names no key may be one of these: some are configured, and the day is not
  // yet there.
  bool taken(TimePoint now) const;

  // Input:   `text`, what was sent as a token, any bytes.
  // Returns: its claims; now is within their times, and neither token nor owner is denied.
  // Errors:  a refusal with kBadCredential, kWrongAudience, kExpiredCredential or
  //          kRevokedCredential (denied); kStoreUnavailable: the key cannot be read.
  model::Step<LegacyClaims> read(std::string_view text, TimePoint now);

 private:
  Outcome reload_if_changed();
  model::Step<LegacyClaims> verify(std::string_view text);

  const config::Legacy& settings_;
  std::optional<crypto::FileStamp> stamp_;
  std::optional<crypto::VerificationKey> key_;
  RecentMap<crypto::Digest, LegacyClaims> known_;  // of texts with a good signature
};

}  // namespace latchkey::identity
