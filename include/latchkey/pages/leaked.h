// Ends what was leaked: finds our credentials in a text that somebody has pasted (the bare secret,
// a line of a log, a settings file) and revokes them. Whoever has the secret may do that; it is all
// that is asked for. Shared by the page and by `latchkey credential revoke --token -`.
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

constexpr std::size_t kLeakedMax = 32;  // secrets that are looked for in one text

// Returns what looks like a secret of ours, signed or short, at most kLeakedMax; also within
// base64, as Basic credentials and Docker's settings have it.
std::vector<std::string> secrets_in(std::string_view text);

// Revokes what is found. The signature of a token is looked at, so that nobody can revoke by an id
// alone; its times are not, as revoking what has ended does no harm.
//
// Input:   `text`, any bytes.
// Returns: the ids of the credentials that the text held, revoked now or before.
// Errors:  kUnavailable: some of them may still be alive.
Result<std::vector<CredentialId>> revoke_leaked(const config::Config& config, store::Store& store,
                                                std::string_view text, TimePoint now,
                                                const model::Actor& by);

}  // namespace latchkey::pages
