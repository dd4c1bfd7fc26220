// What is kept of a sign-in, so that the provider can be asked again while its owner sleeps.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/base/ids.h"
#include "latchkey/base/random.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/crypto/seal.h"

namespace latchkey::provider {

struct Grant {
  enum class Kind {
    kNone,          // the provider gave nothing to ask again with
    kRefreshToken,  // may be good once only
    kAccessToken,   // GitHub's, which does not expire
  };
  Kind kind = Kind::kNone;
  SecretString token;
};

// Returns the grant as the store may have it: AES-256-GCM, worthless in another account's row;
// empty for kNone.
std::string seal_grant(const Grant& grant, const AccountId& account, const crypto::Sealer& sealer,
                       Random& random);

// Errors: kRefused: altered, of another account, or sealed by another key.
Result<Grant> open_grant(std::string_view sealed, const AccountId& account,
                         const crypto::Sealer& sealer);

}  // namespace latchkey::provider
