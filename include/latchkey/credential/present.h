// The second stage: what the request presents as proof. Looks at form only, never at truth.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/config/config.h"
#include "latchkey/model/auth_query.h"
#include "latchkey/model/credential.h"
#include "latchkey/model/decision.h"

namespace latchkey::credential {

// Input:   `use`, whether the path's Authorization field is for us or for the application;
//          `token_service`, the registry that was asked, if it is entered by tokens: nowhere else
//          is a token for one taken for anything.
// Returns: Basic or Bearer if Authorization was sent, else the session cookie, else what the web
//          server vouches for, else nothing: what somebody chose to send outranks what their
//          browser sends by itself.
// Errors:  a refusal with kMalformedCredential (an Authorization field that cannot be read, or of
//          another scheme), kDuplicateCookie, kUnknownSession (a value we never made) or
//          kMalformedRequest (cookies over the limit).
model::Step<model::Credential> present(const model::AuthQuery& query, config::AuthorizationUse use,
                                       std::string_view cookie_name,
                                       std::string_view token_service = {});

// Returns: the client certificate that the web server verified, else whom it has authenticated,
//          else nothing.
model::Credential vouched_for(const model::AuthQuery& query);

}  // namespace latchkey::credential
