// The record of a personal credential that was issued. The token itself is not kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"

namespace latchkey::model {

// The two forms of the secret.
enum class TokenForm {
  kSigned,  // a JWT, which whoever has our public keys can read
  kShort,   // a prefix, chance and a checksum: for short password fields and scanners of secrets
};

struct IssuedCredential {
  CredentialId id;
  AccountId account;
  std::int64_t epoch = 0;           // the account's credential epoch when it was issued
  std::string label;                // the owner's word for it, at most 100 characters, may be empty
  std::vector<std::string> scopes;  // empty: everything the owner may do
  TimePoint created{};
  TimePoint expires{};
  std::optional<TimePoint> revoked;
  std::optional<TimePoint> last_used;  // written coarsely, after the reply
  std::string last_used_from;          // address
  std::string last_used_by;            // User-Agent, at most 200 printable characters
  TokenForm form = TokenForm::kSigned;
  CredentialId successor;  // the one that replaces it; empty: none
  KeyId key{};             // that signed it; empty: a short one, or nobody has written it down
};

}  // namespace latchkey::model
