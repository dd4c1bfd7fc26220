// Who asks for a page: the first thing each page of a signed-in person finds out.
#pragma once

#include "latchkey/base/secret_string.h"
#include "latchkey/model/decision.h"
#include "latchkey/model/identity.h"
#include "latchkey/pages/page.h"
#include "latchkey/pages/parts.h"

namespace latchkey::pages {

// Somebody with a live session.
struct Visitor {
  model::Identity identity;
  SecretString session;  // the cookie's value: the key of form tokens
};

// Finds out who asks, by any credential.
//
// Errors: a refusal, kNoCredential for nobody.
model::Step<model::Identity> identified(const Parts& parts, const PageRequest& request);

// Finds out who asks, by a session. An Authorization field beside it must be good and the same
// person's, because what is asked for with two names must not be given to one of them.
//
// Errors: a refusal; kScopeDenied for a good credential without a session, because no credential
//         may make another one.
model::Step<Visitor> signed_in(const Parts& parts, const PageRequest& request);

// Returns: the refusal as the authorizer would answer it on a page's path: a navigation is sent to
//          the sign-in page, a program gets a challenge. `refused` is of the error of a step above.
PageResult refused_visitor(const Parts& parts, const PageRequest& request,
                           const model::Decision& refused);

}  // namespace latchkey::pages
