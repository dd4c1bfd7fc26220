#include "latchkey/wire/registry.h"

#include <algorithm>
#include <array>

#include "latchkey/wire/chars.h"
#include "latchkey/wire/form.h"

namespace latchkey::wire {
namespace {

constexpr std::string_view kRepository = "repository";
constexpr std::string_view kRegistry = "registry";
constexpr std::string_view kCatalog = "catalog";
constexpr std::array<std::string_view, 3> kActions{"delete", "pull", "push"};

bool is_small_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || is_digit(c); }

bool is_name_part(std::string_view part) {
  return !part.empty() && is_small_letter_or_digit(part.front()) &&
         is_small_letter_or_digit(part.back()) && std::ranges::all_of(part, [](char c) {
           return is_small_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
         });
}

// Calls `take` with each part of `text` between separators.
template <typename Take>
void split(std::string_view text, char separator, const Take& take) {
  while (true) {
    const std::size_t at = text.find(separator);
    take(text.substr(0, at));
    if (at == std::string_view::npos) return;
    text.remove_prefix(at + 1);
  }
}

std::vector<std::string> known_actions(std::string_view type, std::string_view words) {
  std::vector<std::string> actions;
  const auto add = [&](std::string_view action) {
    if (std::ranges::find(actions, action) == actions.end()) actions.emplace_back(action);
  };
  split(words, ',', [&](std::string_view word) {
    if (type == kRegistry) {
      if (word == "*") add(word);
    } else if (word == "*") {
      std::ranges::for_each(kActions, add);
    } else if (std::ranges::find(kActions, word) != kActions.end()) {
      add(word);
    }
  });
  return actions;
}

// What stands behind /v2/, without a final slash; nullopt for a path that is not there.
std::optional<std::string_view> below_v2(std::string_view path) {
  constexpr std::string_view kRoot = "/v2";
  if (!path.starts_with(kRoot)) return std::nullopt;
  path.remove_prefix(kRoot.size());
  if (path.empty()) return path;
  if (path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

// Takes the last segment off `path`.
std::string_view take_last(std::string_view& path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view last = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
  path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
  return last;
}

// The repository's name of NAME/manifests/X, NAME/blobs/X, NAME/tags/list, NAME/referrers/X,
// NAME/blobs/uploads and NAME/blobs/uploads/X. Read from the end, because a name may hold these
// words itself.
std::string_view repository_of(std::string_view below) {
  const std::string_view last = take_last(below);
  const std::string_view kind = take_last(below);
  if (kind == "manifests" || kind == "blobs" || kind == "referrers") return below;
  if (kind == "tags" && last == "list") return below;
  if (kind == "uploads" && take_last(below) == "blobs") return below;
  return {};
}

std::vector<std::string> actions_of(std::string_view method) {
  if (method == "GET" || method == "HEAD") return {"pull"};
  if (method == "POST" || method == "PUT" || method == "PATCH") return {"pull", "push"};
  if (method == "DELETE") return {"delete"};
  return {};
}

// Adds a pull for each repository out of which a layer is taken. False if it cannot be told.
bool add_sources(std::string_view query, std::vector<RegistryAccess>& demand) {
  // Some readers take a semicolon for `&`, and would find a `from` where others find none.
  if (query.contains(';')) return false;
  const Result<Form> fields = Form::parse(query);
  if (!fields) return false;
  for (const std::string& name : fields->all("from")) {
    if (!is_repository_name(name)) return false;
    demand.push_back({std::string(kRepository), name, {"pull"}});
  }
  return demand.size() <= kRegistryScopesMax;
}

}  // namespace

bool is_repository_name(std::string_view name) {
  bool good = name.size() <= kRegistryNameBytesMax;
  split(name, '/', [&](std::string_view part) { good = good && is_name_part(part); });
  return good;
}

std::optional<RegistryAccess> parse_registry_scope(std::string_view text) {
  const std::size_t first = text.find(':');
  const std::size_t last = text.rfind(':');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  std::string_view type = text.substr(0, first);
  if (const std::size_t open = type.find('('); open != std::string_view::npos) {
    if (!type.ends_with(')')) return std::nullopt;
    type = type.substr(0, open);
  }
  const std::string_view name = text.substr(first + 1, last - first - 1);
  const bool known = type == kRepository ? is_repository_name(name)
                                         : type == kRegistry && name == kCatalog;
  if (!known) return std::nullopt;
  RegistryAccess access{std::string(type), std::string(name),
                        known_actions(type, text.substr(last + 1))};
  if (access.actions.empty()) return std::nullopt;
  return access;
}

std::vector<RegistryAccess> parse_registry_scopes(const std::vector<std::string>& texts) {
  std::vector<RegistryAccess> accesses;
  for (const std::string& text : texts) {
    split(text, ' ', [&](std::string_view one) {
      auto access = parse_registry_scope(one);
      if (access && accesses.size() < kRegistryScopesMax) accesses.push_back(*std::move(access));
    });
  }
  return accesses;
}

std::string registry_scopes(const std::vector<RegistryAccess>& accesses) {
  std::string text;
  for (const RegistryAccess& access : accesses) {
    if (!text.empty()) text += ' ';
    text += access.type + ":" + access.name + ":";
    for (const std::string& action : access.actions) {
      if (!text.ends_with(':')) text += ',';
      text += action;
    }
  }
  return text;
}

std::optional<std::vector<RegistryAccess>> registry_demand(std::string_view method,
                                                           std::string_view path,
                                                           std::string_view query) {
  const std::optional<std::string_view> below = below_v2(path);
  std::vector<std::string> actions = actions_of(method);
  if (!below || actions.empty()) return std::nullopt;
  std::vector<RegistryAccess> demand;
  const bool reads = method == "GET" || method == "HEAD";
  if (below->empty()) return reads ? std::optional(demand) : std::nullopt;
  if (*below == "_catalog") {
    if (!reads) return std::nullopt;
    demand.push_back({std::string(kRegistry), std::string(kCatalog), {"*"}});
    return demand;
  }
  const std::string_view name = repository_of(*below);
  if (!is_repository_name(name)) return std::nullopt;
  demand.push_back({std::string(kRepository), std::string(name), std::move(actions)});
  if (!reads && !query.empty() && !add_sources(query, demand)) return std::nullopt;
  return demand;
}

}  // namespace latchkey::wire
