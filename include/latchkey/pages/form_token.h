// The token in our own forms, against requests that another site makes in the person's name.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/base/secret_string.h"

namespace latchkey::pages {

// Returns the token of a session's forms: an HMAC keyed with the session cookie's value, so that
// nothing needs to be stored, and whoever cannot read the cookie cannot know the token.
//
// Input: `session`, the value of a live session's cookie.
std::string form_token(const SecretString& session);

// Compares in constant time; an empty `sent` matches nothing.
bool form_token_matches(const SecretString& session, std::string_view sent);

}  // namespace latchkey::pages
