#include "latchkey/policy/scope.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "latchkey/policy/docker_request.h"
#include "latchkey/policy/same_origin.h"
#include "latchkey/wire/host.h"
#include "latchkey/wire/network.h"
#include "latchkey/wire/target.h"

namespace latchkey::policy {
namespace {

enum class Kind { kRead, kHost, kPath, kRepository, kDocker, kFrom, kUnknown };

struct Scope {
  Kind kind;
  std::string_view value;
};

struct Mark {
  std::string_view text;
  Kind kind;
};

constexpr std::array kMarks{Mark{"host:", Kind::kHost}, Mark{"path:", Kind::kPath},
                            Mark{"repository:", Kind::kRepository}, Mark{"docker:", Kind::kDocker},
                            Mark{"from:", Kind::kFrom}};

Scope parse(std::string_view text) {
  if (text == "read") return {Kind::kRead, {}};
  for (const Mark& mark : kMarks) {
    if (text.starts_with(mark.text)) return {mark.kind, text.substr(mark.text.size())};
  }
  return {Kind::kUnknown, {}};
}

// The version is no word: whoever may do anything in a registry may ask for it.
std::optional<DockerAction> action_named(std::string_view word) {
  if (word == "pull") return DockerAction::kPull;
  if (word == "push") return DockerAction::kPush;
  if (word == "delete") return DockerAction::kDelete;
  if (word == "catalog") return DockerAction::kCatalog;
  return std::nullopt;
}

// Whether any scope of a kind was named, and whether one of them fits.
struct Tally {
  bool named = false;
  bool fits = false;
  void count(bool fit) {
    named = true;
    fits = fits || fit;
  }
  bool holds() const { return !named || fits; }
};

std::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::kMalformed, what); }

bool is_plain_path(const std::string& path) {
  const auto target = wire::canonical_target(path, wire::Semicolon::kRefuse);
  return target && target->path == path;
}

Outcome check_host(std::string_view name) {
  const Result<wire::Authority> authority = wire::parse_authority(name);
  if (authority && !authority->port && authority->host == name) return {};
  return malformed("host: takes a name in lower case without a port");
}

// What npm and its like ask: whether what they fetched is known to be harmful. Refused, they go on
// all the same and say nothing.
constexpr std::array<std::string_view, 3> kAudits{"/-/npm/v1/security/advisories/bulk",
                                                  "/-/npm/v1/security/audits/quick",
                                                  "/-/npm/v1/security/audits"};
constexpr std::string_view kGitFetch = "/git-upload-pack";

// As the responder knows a registry: its whole root, and not something below it.
bool is_root(std::string_view path, std::string_view registry) {
  if (registry == "/") return path.empty();
  return wire::path_matches(path, registry) &&
         std::ranges::count(path, '/') == std::ranges::count(registry, '/');
}

bool is_audit(std::string_view path, const std::vector<std::string>& registries) {
  for (const std::string_view end : kAudits) {
    if (!path.ends_with(end)) continue;
    const std::string_view root = path.substr(0, path.size() - end.size());
    return std::ranges::any_of(registries, [&](const auto& one) { return is_root(root, one); });
  }
  return false;
}

bool is_git_fetch(std::string_view path, const std::vector<std::string>& git_paths) {
  return path.ends_with(kGitFetch) && std::ranges::any_of(git_paths, [&](const auto& prefix) {
           return wire::path_has_prefix(path, prefix);
         });
}

// Anything behind `?` would be for somebody else.
bool is_posted_read(const model::CanonicalRequest& request, const PostedReads& posted_reads) {
  if (request.method != "POST" || !request.query.empty()) return false;
  return is_audit(request.path, posted_reads.npm_registries) ||
         is_git_fetch(request.path, posted_reads.git_paths);
}

bool is_below(std::string_view path, std::string_view root, std::string_view name) {
  if (name.empty() || !path.starts_with(root)) return false;
  path.remove_prefix(root.size());
  return path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '/');
}

bool is_in_repository(const model::CanonicalRequest& request, std::string_view name) {
  const std::optional<DockerAction> action = docker_action(request);
  if (action == DockerAction::kVersion) return true;
  if (action == DockerAction::kCatalog) return false;
  return is_below(request.path, "/repository/", name) || is_below(request.path, "/v2/", name);
}

bool is_action(const model::CanonicalRequest& request, std::string_view word) {
  const std::optional<DockerAction> named = action_named(word);
  const std::optional<DockerAction> action = docker_action(request);
  return named && action && (action == named || action == DockerAction::kVersion);
}

bool is_from(std::string_view network, std::string_view address) {
  const Result<wire::Network> parsed = wire::parse_network(network);
  return parsed && wire::network_has(*parsed, address);
}

// What stands behind a semicolon was cut off the path that is compared, and an application that
// keeps it looks elsewhere than the scope says.
bool has_plain_path(const model::CanonicalRequest& request) {
  const std::string_view target = request.target;
  return !target.substr(0, target.find('?')).contains(';');
}

// `request` is the one of `query`, or another one that it comes to as well.
bool permit(std::span<const std::string> scopes, const model::AuthQuery& query,
            const model::CanonicalRequest& request, const PostedReads& posted_reads) {
  Tally hosts;
  Tally places;
  Tally actions;
  Tally networks;
  const bool plain = has_plain_path(request);
  for (const std::string& text : scopes) {
    const Scope scope = parse(text);
    switch (scope.kind) {
      case Kind::kRead:
        if (query.hints.wants_upgrade) return false;
        if (is_safe_method(request.method) || is_posted_read(request, posted_reads)) break;
        return false;
      case Kind::kHost: hosts.count(scope.value == request.host); break;
      case Kind::kPath:
        places.count(plain && wire::path_has_prefix(request.path, scope.value));
        break;
      case Kind::kRepository: places.count(plain && is_in_repository(request, scope.value)); break;
      case Kind::kDocker: actions.count(is_action(request, scope.value)); break;
      case Kind::kFrom: networks.count(is_from(scope.value, query.remote_address)); break;
      case Kind::kUnknown: return false;
    }
  }
  return hosts.holds() && places.holds() && actions.holds() && networks.holds();
}

}  // namespace

Outcome check_scope(std::string_view scope) {
  if (scope.size() > kScopeBytesMax) return malformed("the scope is too long");
  const Scope parsed = parse(scope);
  const std::string value(parsed.value);
  switch (parsed.kind) {
    case Kind::kRead: return {};
    case Kind::kHost: return check_host(parsed.value);
    case Kind::kPath:
      if (is_plain_path(value)) return {};
      return malformed("path: takes a plain path such as /repository/maven");
    case Kind::kRepository:
      if (!value.empty() && !value.ends_with('/') && is_plain_path("/v2/" + value)) return {};
      return malformed("repository: takes a name such as maven-releases or team/image");
    case Kind::kDocker:
      if (action_named(parsed.value)) return {};
      return malformed("docker: takes pull, push, delete or catalog");
    case Kind::kFrom:
      if (wire::parse_network(parsed.value)) return {};
      return malformed("from: takes an address or a network such as 10.1.0.0/16");
    case Kind::kUnknown: break;
  }
  return malformed(
      "a scope is read, host:NAME, path:/PREFIX, repository:NAME, docker:ACTION or from:NETWORK");
}

bool scopes_permit(std::span<const std::string> scopes, const model::AuthQuery& query,
                   const PostedReads& posted_reads) {
  if (scopes.empty()) return true;
  if (!permit(scopes, query, query.request, posted_reads)) return false;
  if (docker_action(query.request) != DockerAction::kPush) return true;
  // A layer can be taken into one repository out of another, and that is a pull from there.
  const Result<std::vector<std::string>> mounted = mounted_repositories(query.request);
  return mounted && std::ranges::all_of(*mounted, [&](const std::string& name) {
           model::CanonicalRequest pull = query.request;
           pull.method = "GET";
           pull.path = "/v2/" + name + "/blobs";
           return permit(scopes, query, pull, posted_reads);
         });
}

}  // namespace latchkey::policy
