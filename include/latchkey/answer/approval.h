// The fifth stage, for approvals: every fact about a person under its configured name, each exactly
// once, empty when unknown, so that nothing a client sent under such a name survives.
#pragma once

#include <array>
#include <string>

#include "latchkey/answer/groups_filter.h"
#include "latchkey/config/config.h"
#include "latchkey/model/answer.h"
#include "latchkey/model/auth_query.h"
#include "latchkey/model/decision.h"
#include "latchkey/model/identity.h"

namespace latchkey::answer {

// The six facts in the order of the contract: user, groups, mail, display name, how proven,
// credential.
constexpr std::size_t kFacts = 6;

// The names of the facts in both forms, made once.
struct ApprovalSettings {
  explicit ApprovalSettings(const config::IdentityNames& names);
  explicit ApprovalSettings(const config::Config& config);

  std::array<std::string, kFacts> headers;
  std::array<std::string, kFacts> variables;  // with `Variable-` in front
  std::string delimiter;
  std::size_t bytes_max;
  GroupsFilter groups_filter;
};

// Returns: a 200 with all the facts and nothing else. A group is named whole or not at all.
// Errors:  a refusal with kIdentityTooLarge (over `header_bytes_max`) or kInternal (a fact that no
//          field can hold, which filter_profile should have kept out).
model::Step<model::Answer> approval(const ApprovalSettings& settings, model::IdentityForm form,
                                    const model::Identity& identity);

}  // namespace latchkey::answer
