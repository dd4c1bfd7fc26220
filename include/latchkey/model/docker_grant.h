// What an access token for a Docker registry is good for: a part of what its owner may do, found
// out when the token was asked for.
#pragma once

#include <string>
#include <vector>

#include "latchkey/wire/registry.h"

namespace latchkey::model {

struct DockerGrant {
  std::string service;  // the registry's, which is the name of its host
  std::vector<wire::RegistryAccess> access;  // empty: to ask whether there is a registry
};

}  // namespace latchkey::model
