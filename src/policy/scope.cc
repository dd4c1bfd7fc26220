#include "latchkey/policy/scope.h"

#include "latchkey/policy/same_origin.h"
#include "latchkey/wire/host.h"
#include "latchkey/wire/target.h"

namespace latchkey::policy {
namespace {

enum class Kind { kRead, kHost, kPath, kUnknown };

struct Scope {
  Kind kind;
  std::string_view value;
};

Scope parse(std::string_view text) {
  constexpr std::string_view kHostMark = "host:";
  constexpr std::string_view kPathMark = "path:";
  if (text == "read") return {Kind::kRead, {}};
  if (text.starts_with(kHostMark)) return {Kind::kHost, text.substr(kHostMark.size())};
  if (text.starts_with(kPathMark)) return {Kind::kPath, text.substr(kPathMark.size())};
  return {Kind::kUnknown, {}};
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

}  // namespace

Outcome check_scope(std::string_view scope) {
  if (scope.size() > kScopeBytesMax) return fail(ErrorCode::kMalformed, "the scope is too long");
  const Scope parsed = parse(scope);
  switch (parsed.kind) {
    case Kind::kRead: return {};
    case Kind::kHost: {
      LK_TRY(const wire::Authority authority, wire::parse_authority(parsed.value));
      if (authority.port || authority.host != parsed.value) {
        return fail(ErrorCode::kMalformed, "host: takes a name in lower case without a port");
      }
      return {};
    }
    case Kind::kPath: {
      LK_TRY(const wire::Target target,
             wire::canonical_target(parsed.value, wire::Semicolon::kRefuse));
      if (target.path != parsed.value) {
        return fail(ErrorCode::kMalformed, "path: takes a plain path such as /repository/maven");
      }
      return {};
    }
    case Kind::kUnknown: break;
  }
  return fail(ErrorCode::kMalformed, "a scope is read, host:NAME or path:/PREFIX");
}

bool scopes_permit(std::span<const std::string> scopes, const model::AuthQuery& query) {
  Tally hosts;
  Tally paths;
  // What stands behind a semicolon was cut off the path that is compared, and an application that
  // keeps it looks elsewhere than the scope says.
  const std::string& target = query.request.target;
  const bool plain_path = !std::string_view(target).substr(0, target.find('?')).contains(';');
  for (const std::string& text : scopes) {
    const Scope scope = parse(text);
    switch (scope.kind) {
      case Kind::kRead:
        if (!is_safe_method(query.request.method) || query.hints.wants_upgrade) return false;
        break;
      case Kind::kHost: hosts.count(scope.value == query.request.host); break;
      case Kind::kPath:
        paths.count(plain_path && wire::path_has_prefix(query.request.path, scope.value));
        break;
      case Kind::kUnknown: return false;
    }
  }
  return hosts.holds() && paths.holds();
}

}  // namespace latchkey::policy
