// Scopes of Docker's token protocol, and what a request demands of a token: what is understood is
// plain, and says the same when it is written and read again.
#include <algorithm>
#include <string>

#include "fuzz/fuzz.h"
#include "latchkey/base/result.h"
#include "latchkey/wire/registry.h"
#include "latchkey/wire/target.h"

namespace latchkey {
namespace {

// A name becomes a part of a path and of a quoted text.
void check_access(const wire::RegistryAccess& access) {
  LK_ASSERT(!access.actions.empty());
  if (access.type == "registry") {
    LK_ASSERT(access.name == "catalog" && access.actions.size() == 1);
    return;
  }
  LK_ASSERT(access.type == "repository" && wire::is_repository_name(access.name));
  const std::string path = "/v2/" + access.name;
  const auto target = wire::canonical_target(path, wire::Semicolon::kRefuse);
  LK_ASSERT(target.has_value() && target->path == path);
  for (const std::string& action : access.actions) {
    LK_ASSERT(action == "pull" || action == "push" || action == "delete");
    LK_ASSERT(std::ranges::count(access.actions, action) == 1);
  }
}

void check_accesses(const std::vector<wire::RegistryAccess>& accesses) {
  LK_ASSERT(accesses.size() <= wire::kRegistryScopesMax);
  std::ranges::for_each(accesses, check_access);
  LK_ASSERT(wire::parse_registry_scopes({wire::registry_scopes(accesses)}) == accesses);
}

// The first line is the method, the second the path, the rest the query.
void check_demand(std::string_view text) {
  const std::size_t first = text.find('\n');
  if (first == std::string_view::npos) return;
  const std::size_t second = std::min(text.find('\n', first + 1), text.size());
  const std::string_view path = text.substr(first + 1, second - first - 1);
  const auto demand = wire::registry_demand(text.substr(0, first), path,
                                            text.substr(std::min(second + 1, text.size())));
  if (!demand) return;
  check_accesses(*demand);
  LK_ASSERT(path.starts_with("/v2"));
  LK_ASSERT(demand->empty() || demand->front().type == "registry" ||
            path.starts_with("/v2/" + demand->front().name + "/"));
}

}  // namespace
}  // namespace latchkey

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace latchkey;
  const std::string_view text = fuzz::text_of(data, size);
  check_accesses(wire::parse_registry_scopes({std::string(text)}));
  check_demand(text);
  return 0;
}
