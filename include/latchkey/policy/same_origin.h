// The proof that a request was made by a page of our own origin, and not by another site that rides
// on what the browser sends by itself. Shared by the authorizer's decision and by the pages.
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

// True if another site makes a browser send the pair that it keeps for ours with what is no safe
// method: once typed into its window, a Basic pair goes along with everything, as a cookie does.
bool is_remembered_pair(const model::AuthQuery& query, const config::Hosts& hosts);

}  // namespace latchkey::policy
