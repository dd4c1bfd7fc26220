// The fifth stage in mode `gate`: plain CGI in front of static files, where no web server's module
// asks us. The approval tells the web server which file to send.
#pragma once

#include "latchkey/model/answer.h"
#include "latchkey/model/canonical_request.h"

namespace latchkey::answer {

// Returns: a local redirect to the path that was judged, spelled anew from its canonical form, so
//          that no other reading of what the client sent can be served; 405 for a method that
//          static files do not have, because the redirect would turn it into GET. No identity.
// Spec:    RFC 3875 section 6.2.2. Apache takes it inside an ErrorDocument only with `Status: 200`.
model::Answer local_redirect(const model::CanonicalRequest& request);

}  // namespace latchkey::answer
