// What is done at a Docker registry, as its token protocol spells it: `repository:team/app:pull`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::wire {

inline constexpr std::size_t kRegistryNameBytesMax = 255;
inline constexpr std::size_t kRegistryScopesMax = 32;  // of one question

// Actions at one resource: pull, push and delete of a `repository`, `*` of the `registry` that is
// named `catalog`.
struct RegistryAccess {
  std::string type;
  std::string name;
  std::vector<std::string> actions;
  bool operator==(const RegistryAccess&) const = default;
};

// True for a name as registries take it: small letters, digits, `.`, `_` and `-` in parts that
// begin and end with a letter or digit, joined by slashes. Such a name is a plain path.
bool is_repository_name(std::string_view name);

// Reads one scope, `type:name:actions` or `type(class):name:actions`.
//
// Input:   any bytes. The name may have colons, as it may begin with a host and port.
// Returns: what of it we know, each action once, `*` of a repository as all three; nullopt where
//          nothing is left: the specification wants what is unknown left out, not refused.
// Spec:    Distribution, token scope documentation.
std::optional<RegistryAccess> parse_registry_scope(std::string_view text);

// Reads several: each text may hold more than one, with a space between them.
std::vector<RegistryAccess> parse_registry_scopes(const std::vector<std::string>& texts);

// Returns: the scopes as one text, with a space between them.
std::string registry_scopes(const std::vector<RegistryAccess>& accesses);

// Tells what a token must be good for if the registry is asked this.
//
// Input:   `method`; `path`, canonical; `query`, raw.
// Returns: nothing for the question whether there is a registry, `/v2/`; several where a layer is
//          taken out of other repositories. nullopt for what is no request to a registry, or one
//          that two readers might read differently.
// Spec:    OCI Distribution 1.1; `_catalog` is of Docker's Distribution. DELETE is never part of a
//          push (D8).
std::optional<std::vector<RegistryAccess>> registry_demand(std::string_view method,
                                                           std::string_view path,
                                                           std::string_view query);

}  // namespace latchkey::wire
