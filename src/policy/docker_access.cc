#include "latchkey/policy/docker_access.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace latchkey::policy {
namespace {

using model::CanonicalRequest;
using model::Reason;
using model::Step;
using wire::RegistryAccess;

constexpr const char* kTag = "manifests/latest";
constexpr const char* kBlob =
    "blobs/sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kUploads = "blobs/uploads/";
constexpr const char* kUpload = "blobs/uploads/0190a3b4-0000-7000-8000-000000000000";

// Who asks, and what has its word at each request.
struct Judges {
  const Policy& policy;
  const ContentProtection& protection;
  const model::AuthQuery& asker;
  const model::Identity& identity;

  Step<bool> let_through(CanonicalRequest request) const;
  Step<bool> let_all_through(std::vector<CanonicalRequest> requests) const;
};

Step<bool> Judges::let_through(CanonicalRequest request) const {
  const Step<void> open = protection.check(identity, request);
  if (!open && open.error().reason() == Reason::kTokenRequired) return false;
  if (!open) return std::unexpected(open.error());
  model::AuthQuery query;
  query.request = std::move(request);
  query.remote_address = asker.remote_address;
  query.transport = asker.transport;
  const PathSettings settings = policy.settings(query.request.host, query.request.path);
  return policy.decide(query, settings, identity).allowed();
}

Step<bool> Judges::let_all_through(std::vector<CanonicalRequest> requests) const {
  for (CanonicalRequest& request : requests) {
    LK_TRY(const bool through, let_through(std::move(request)));
    if (!through) return false;
  }
  return !requests.empty();
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

bool holds(const model::DockerGrant& grant, const RegistryAccess& wanted) {
  return std::ranges::all_of(wanted.actions, [&](const std::string& action) {
    return std::ranges::any_of(grant.access, [&](const RegistryAccess& access) {
      return access.type == wanted.type && access.name == wanted.name &&
             contains(access.actions, action);
    });
  });
}

}  // namespace

std::vector<CanonicalRequest> requests_of(const std::string& host, const RegistryAccess& resource,
                                          const std::string& action) {
  std::vector<CanonicalRequest> requests;
  const auto add = [&](const char* method, const std::string& path) {
    CanonicalRequest request;
    request.scheme = model::Scheme::kHttps;
    request.host = host;
    request.method = method;
    request.path = request.target = path;
    requests.push_back(std::move(request));
  };
  if (resource.type == "registry") {
    add("GET", "/v2/_catalog");
    return requests;
  }
  const std::string root = "/v2/" + resource.name + "/";
  if (action == "pull") {
    for (const char* const method : {"GET", "HEAD"}) {
      add(method, root + kTag);
      add(method, root + kBlob);
    }
    add("GET", root + "tags/list");
  } else if (action == "push") {
    add("POST", root + kUploads);
    add("PATCH", root + kUpload);
    add("PUT", root + kUpload);
    add("PUT", root + kTag);
  } else if (action == "delete") {
    add("DELETE", root + kTag);
    add("DELETE", root + kBlob);
  }
  return requests;
}

Step<std::vector<RegistryAccess>> granted(const Policy& policy,
                                          const ContentProtection& protection,
                                          const model::AuthQuery& asker,
                                          const std::string& service,
                                          const model::Identity& identity,
                                          std::span<const RegistryAccess> asked) {
  const Judges judges{policy, protection, asker, identity};
  std::vector<RegistryAccess> result;
  for (const RegistryAccess& access : asked) {
    RegistryAccess given{access.type, access.name, {}};
    for (const std::string& action : access.actions) {
      LK_TRY(const bool through, judges.let_all_through(requests_of(service, access, action)));
      if (through) given.actions.push_back(action);
    }
    if (!given.actions.empty()) result.push_back(std::move(given));
  }
  return result;
}

Cover covers(const model::DockerGrant& grant, const CanonicalRequest& request) {
  const auto demand = wire::registry_demand(request.method, request.path, request.query);
  if (!demand) return Cover::kUnknown;
  const bool whole = std::ranges::all_of(
      *demand, [&](const RegistryAccess& wanted) { return holds(grant, wanted); });
  return whole ? Cover::kWhole : Cover::kPart;
}

}  // namespace latchkey::policy
