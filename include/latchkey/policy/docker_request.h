// What a request to a Docker registry does. Rules and scopes are about repositories, and this tells
// what a path and a method mean for them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/model/auth_query.h"

namespace latchkey::policy {

enum class DockerAction {
  kVersion,  // asks whether there is a registry and whether it takes the credential: `/v2/`
  kCatalog,  // lists repositories
  kPull,
  kPush,
  kDelete,  // never part of a push (D8)
};

// Returns: what the request does; nullopt if it is none to a registry (`/v2` and below), or has a
//          method that means nothing to one.
// Spec:    OCI Distribution 1.1; `_catalog` is of Docker's Distribution.
std::optional<DockerAction> docker_action(const model::CanonicalRequest& request);

// True for a request that begins an upload with a form. Registries look for `from` among a form's
// fields too, which no web server hands on; no client of a registry sends one. True also for a
// mount at a registry that is not at the root, such as /repository/NAME/v2: rules and scopes are
// asked about its source below /v2 only.
bool hides_its_mount(const model::CanonicalRequest& request, const model::ClientHints& hints);

// Returns: the repositories out of which the request takes a layer into its own: those that `from`
//          names. It reads them, whatever its path says.
// Errors:  kMalformed: a query that two readers might read differently, or a name that is no plain
//          path.
Result<std::vector<std::string>> mounted_repositories(const model::CanonicalRequest& request);

}  // namespace latchkey::policy
