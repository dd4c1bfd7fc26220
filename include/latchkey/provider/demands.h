// What the configuration demands of everybody who comes from a provider, beyond being known there.
#pragma once

#include <optional>
#include <string>

#include "latchkey/config/provider.h"
#include "latchkey/provider/provider.h"

namespace latchkey::provider {

// Compares a person with `allowed_organizations`, `allowed_teams`, `allowed_groups` and
// `hosted_domains`. Of each list that is not empty one entry must be the person's.
//
// Returns: nullopt when all is fulfilled, else what is not.
std::optional<Unmet> unmet_demand(const config::Provider& settings, const Claims& claims);

}  // namespace latchkey::provider
