// What the claims of an ID token or of the userinfo endpoint say of a person, under the names that
// the configuration gives them.
#pragma once

#include <string>

#include "latchkey/base/result.h"
#include "latchkey/config/config.h"
#include "latchkey/provider/provider.h"
#include "latchkey/wire/json.h"

namespace latchkey::provider {

// True when `claims` lacks one that the configuration names, so that userinfo must be asked.
bool lacks_a_claim(const wire::Json& claims, const config::Provider& settings);

// Reads the person out of `claims`, and what is missing there out of `more`, when given.
//
// Input:   claim names may be dotted (`realm_access.roles`); groups are a string or a list of them.
// Returns: the claims as said; nothing is filtered yet.
// Errors:  kRefused: no user name, or the user name is a mail address that is denied to be
//          verified. kMalformed: a claim of another type than it must have.
// Spec:    OpenID Connect Core 1.0 section 5.7: a mail address counts only when it is verified.
Result<Claims> read_claims(const wire::Json& claims, const wire::Json* more,
                           const config::Provider& settings);

}  // namespace latchkey::provider
