// The ordered rules: the first whose host, path and method match decides, no match is deny.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "latchkey/config/config.h"
#include "latchkey/model/canonical_request.h"
#include "latchkey/model/identity.h"
#include "latchkey/model/reason.h"

namespace latchkey::policy {

struct Verdict {
  model::Reason reason = model::Reason::kNoRule;
  std::size_t rule = 0;  // counted from 1; 0 when none matched
  std::string detail = "no rule matches the request";
};

// Returns: kAllowed, kNoCredential (signing in could help), kRuleDenied, kMembershipTooOld or
//          kNoRule.
Verdict judge(std::span<const config::Rule> rules, const model::CanonicalRequest& request,
              const model::Identity& identity);

}  // namespace latchkey::policy
