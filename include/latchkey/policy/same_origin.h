// The proof that a request was made by a page of our own origin, and not by another site that rides
// on the browser's cookie. Shared by the decision about sessions and by the pages' forms.
#pragma once

#include "latchkey/config/hosts.h"
#include "latchkey/model/auth_query.h"

namespace latchkey::policy {

enum class SameOrigin {
  kForeign,  // the browser says that another origin, or none, made the request
  kUnknown,  // neither Sec-Fetch-Site nor Origin was sent
  kProven,
};

// Returns: kProven for `Sec-Fetch-Site: same-origin`, or, that field absent, for an Origin that is
//          one of ours. kUnknown only if both are absent.
// Spec:    W3C Fetch Metadata; RFC 6454 section 7.
SameOrigin same_origin(const model::ClientHints& hints, const config::Hosts& hosts);

// True for the methods that a session may use without the proof: GET, HEAD, OPTIONS, PROPFIND.
bool is_safe_method(std::string_view method);

}  // namespace latchkey::policy
