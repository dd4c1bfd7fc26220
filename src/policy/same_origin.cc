#include "latchkey/policy/same_origin.h"

#include "latchkey/wire/chars.h"

namespace latchkey::policy {
namespace {

constexpr std::string_view kBasic = "Basic ";

}  // namespace

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

bool is_remembered_pair(const model::AuthQuery& query, const config::Hosts& hosts) {
  if (!query.authorization || is_safe_method(query.request.method)) return false;
  const std::string_view scheme = query.authorization->reveal().substr(0, kBasic.size());
  return wire::equal_ignoring_case(scheme, kBasic) &&
         same_origin(query.hints, hosts) == SameOrigin::kForeign;
}

}  // namespace latchkey::policy
