// Ends what was leaked: finds our secrets in a text that somebody has pasted and revokes what they
// belong to. Whoever has the secret may do that; it is all that is asked for. Shared by the page
// and by `latchkey credential revoke --token -`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/result.h"
#include "latchkey/config/config.h"
#include "latchkey/store/store.h"

namespace latchkey::pages {

struct Leaked {
  std::vector<CredentialId> credentials;  // revoked now or before
  std::vector<std::string> user_tokens;   // their name codes; reset now
  std::vector<CredentialId> unproven;     // not ended: the key is gone that would prove the token

  bool empty() const { return credentials.empty() && user_tokens.empty(); }
};

// Ends the credentials and user tokens that the text holds, and those that a token of Docker's in
// it was made of. A token's times are not looked at, as revoking what has ended does no harm. One
// whose key is gone ends nothing, as anybody can write such a one; what it names is told, and is
// among `credentials` where it was revoked before, with the key or without.
//
// Input:   `text`, any bytes.
// Errors:  kUnavailable: some of them may still be alive.
Result<Leaked> revoke_leaked(const config::Config& config, store::Store& store,
                             std::string_view text, TimePoint now, const model::Actor& by);

}  // namespace latchkey::pages
