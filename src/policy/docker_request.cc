#include "latchkey/policy/docker_request.h"

#include <algorithm>

#include "latchkey/wire/form.h"
#include "latchkey/wire/readings.h"
#include "latchkey/wire/target.h"

namespace latchkey::policy {
namespace {

constexpr std::string_view kRegistry = "/v2";
constexpr std::string_view kCatalogPath = "/v2/_catalog";

bool is_plain_name(const std::string& name) {
  const std::string path = "/v2/" + name;
  const Result<wire::Target> target = wire::canonical_target(path, wire::Semicolon::kRefuse);
  return !name.empty() && target && target->path == path;
}

bool begins_upload(std::string_view path) {
  return path.contains("/v2/") && path.contains("/blobs/uploads");
}

}  // namespace

std::optional<DockerAction> docker_action(const model::CanonicalRequest& request) {
  if (!wire::path_has_prefix(request.path, kRegistry)) return std::nullopt;
  const std::string& method = request.method;
  if (method == "GET" || method == "HEAD") {
    if (request.path.size() <= kRegistry.size() + 1) return DockerAction::kVersion;
    return wire::path_has_prefix(request.path, kCatalogPath) ? DockerAction::kCatalog
                                                             : DockerAction::kPull;
  }
  if (method == "POST" || method == "PUT" || method == "PATCH") return DockerAction::kPush;
  if (method == "DELETE") return DockerAction::kDelete;
  return std::nullopt;
}

bool hides_its_mount(const model::CanonicalRequest& request, const model::ClientHints& hints) {
  if (request.method != "POST") return false;
  const bool begins = begins_upload(request.path) ||
                      (request.has_encoded_slash &&
                       std::ranges::any_of(wire::other_readings(request.path), begins_upload));
  if (!begins) return false;
  if (hints.has_form_body) return true;
  if (wire::path_has_prefix(request.path, kRegistry)) return false;
  const Result<std::vector<std::string>> sources = mounted_repositories(request);
  return !sources || !sources->empty();
}

Result<std::vector<std::string>> mounted_repositories(const model::CanonicalRequest& request) {
  if (request.query.empty()) return {};
  // Some readers take a semicolon for `&`, and would find a `from` where others find none.
  if (request.query.contains(';')) return fail(ErrorCode::kMalformed, "a query with a semicolon");
  LK_TRY(const wire::Form fields, wire::Form::parse(request.query));
  std::vector<std::string> names = fields.all("from");
  for (const std::string& name : names) {
    if (!is_plain_name(name)) return fail(ErrorCode::kMalformed, "`from` names no repository");
  }
  return names;
}

}  // namespace latchkey::policy
