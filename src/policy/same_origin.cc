#include "latchkey/policy/same_origin.h"

namespace latchkey::policy {

SameOrigin same_origin(const model::ClientHints& hints, const config::Hosts& hosts) {
  // A page cannot set Sec-Fetch-Site, so where a browser sends it, it is the whole truth.
  if (!hints.sec_fetch_site.empty()) {
    return hints.sec_fetch_site == "same-origin" ? SameOrigin::kProven : SameOrigin::kForeign;
  }
  if (hints.origin.empty()) return SameOrigin::kUnknown;
  return hosts.is_own_origin(hints.origin) ? SameOrigin::kProven : SameOrigin::kForeign;
}

bool is_safe_method(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PROPFIND";
}

}  // namespace latchkey::policy
