// What a person may do at a Docker registry, in the words of its token protocol. There are no rules
// of its own for that: an action is granted where the policy lets the requests through of which it
// consists, so that rules by user, group and repository are written once for every way in.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "latchkey/model/auth_query.h"
#include "latchkey/model/canonical_request.h"
#include "latchkey/model/decision.h"
#include "latchkey/model/docker_grant.h"
#include "latchkey/model/identity.h"
#include "latchkey/policy/content_protection.h"
#include "latchkey/policy/policy.h"

namespace latchkey::policy {

// Returns: what `identity` may do at the registry `service` of what is `asked`, in its order,
//          without what has no action left.
//
// Input:   `protection`, which has its word at each of these requests, too; `asker`, the request
//          by which a token is asked for: from where it comes may be part of a credential's scopes.
// Errors:  kStoreUnavailable: `protection` could not answer, and a smaller token would be a lie.
model::Step<std::vector<wire::RegistryAccess>> granted(const Policy& policy,
                                                       const ContentProtection& protection,
                                                       const model::AuthQuery& asker,
                                                       const std::string& service,
                                                       const model::Identity& identity,
                                                       std::span<const wire::RegistryAccess> asked);

// Returns: requests that somebody may make who may do `action` there. They stand for all that
//          differ in the tag or digest only.
std::vector<model::CanonicalRequest> requests_of(const std::string& host,
                                                 const wire::RegistryAccess& resource,
                                                 const std::string& action);

enum class Cover {
  kWhole,
  kPart,     // the token is for less; another one might be for this
  kUnknown,  // no token is for such a request
};

// Tells whether an access token is for the request.
Cover covers(const model::DockerGrant& grant, const model::CanonicalRequest& request);

}  // namespace latchkey::policy
