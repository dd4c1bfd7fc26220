#include "latchkey/policy/policy.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "latchkey/policy/docker_access.h"
#include "latchkey/policy/docker_request.h"
#include "latchkey/policy/same_origin.h"
#include "latchkey/policy/scope.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/host.h"
#include "latchkey/wire/readings.h"
#include "latchkey/wire/target.h"
#include "rules.h"

namespace latchkey::policy {
namespace {

using model::Decision;
using model::Reason;

config::Challenge built_in_class(std::string_view path) {
  if (wire::path_has_prefix(path, "/v2")) return config::Challenge::kDocker;
  if (wire::path_has_prefix(path, "/repository")) return config::Challenge::kBasic;
  return config::Challenge::kBrowser;
}

Result<std::vector<std::unique_ptr<const RE2>>> compile(const std::vector<std::string>& patterns) {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  std::vector<std::unique_ptr<const RE2>> compiled;
  for (const std::string& pattern : patterns) {
    compiled.push_back(std::make_unique<const RE2>(pattern, options));
    if (!compiled.back()->ok()) {
      return fail(ErrorCode::kMalformed, "health pattern: " + compiled.back()->error());
    }
  }
  return compiled;
}

// True if an ambient proof may be believed for this request: what changes something, or opens a
// channel that may, must have been made by a page of ours. Without any word from the browser (no
// Origin, no Sec-Fetch-Site) it is a program that holds the cookie, which no other site can steer;
// but a WebSocket always carries an Origin, so its absence is no excuse there.
bool ambient_may(const model::AuthQuery& query, const config::Hosts& hosts) {
  const bool upgrade = query.hints.wants_upgrade;
  if (!upgrade && is_safe_method(query.request.method)) return true;
  const SameOrigin proof = same_origin(query.hints, hosts);
  return proof == SameOrigin::kProven || (proof == SameOrigin::kUnknown && !upgrade);
}

}  // namespace

struct Policy::Parts {
  config::Hosts hosts;
  std::vector<config::Rule> rules;
  std::vector<config::Path> paths;  // the longest prefix first
  config::Docker docker;
  PostedReads posted_reads;
  std::vector<std::unique_ptr<const RE2>> health_agents;
  std::string health_path;

  Verdict judge_all(const model::CanonicalRequest& request, const model::Identity& identity) const;
  Verdict judge_readings(const model::CanonicalRequest& request,
                         const model::Identity& identity) const;
};

// Judges the request, and what else it comes to: a push can take a layer out of another repository,
// and that is a pull from there, whatever the path says, and whatever answer those who have no
// credential get there.
Verdict Policy::Parts::judge_all(const model::CanonicalRequest& request,
                                 const model::Identity& identity) const {
  Verdict verdict = judge(rules, request, identity);
  const bool may_mount = verdict.reason == Reason::kAllowed && !request.query.empty() &&
                         docker_action(request) == DockerAction::kPush;
  if (!may_mount) return verdict;
  const Result<std::vector<std::string>> sources = mounted_repositories(request);
  if (!sources) return {.reason = Reason::kAmbiguousTarget, .detail = sources.error().detail};
  for (const std::string& name : *sources) {
    for (const auto& pull : requests_of(request.host, {"repository", name, {}}, "pull")) {
      Verdict source = judge(rules, pull, identity);
      if (source.reason != Reason::kAllowed) return source;
    }
  }
  return verdict;
}

// Where an encoded slash was kept, some applications take it for a slash and others do not: what is
// refused in one reading is refused, else it would be a way around a rule.
Verdict Policy::Parts::judge_readings(const model::CanonicalRequest& request,
                                      const model::Identity& identity) const {
  Verdict verdict = judge_all(request, identity);
  if (!request.has_encoded_slash) return verdict;
  model::CanonicalRequest other = request;
  for (std::string& path : wire::other_readings(request.path)) {
    if (verdict.reason != Reason::kAllowed) break;
    other.path = std::move(path);
    verdict = judge_all(other, identity);
  }
  return verdict;
}

Policy::Policy(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Policy::Policy(Policy&&) noexcept = default;
Policy& Policy::operator=(Policy&&) noexcept = default;
Policy::~Policy() = default;

Result<Policy> Policy::from(const config::Config& config) {
  LK_TRY(auto agents, compile(config.health.user_agents));
  std::vector<config::Path> paths = config.path_settings;
  // The order of equal lengths means nothing: no path has two different prefixes of one length.
  std::ranges::sort(paths, [](const config::Path& a, const config::Path& b) {
    return a.prefix.size() > b.prefix.size();
  });
  return Policy(std::make_unique<const Parts>(Parts{.hosts = config::Hosts(config),
                                                    .rules = config.rules,
                                                    .paths = std::move(paths),
                                                    .docker = config.docker,
                                                    .posted_reads = {config.device.npm_registries,
                                                                     config.credential.git_paths},
                                                    .health_agents = std::move(agents),
                                                    .health_path = config.health.path}));
}

const config::Hosts& Policy::hosts() const { return parts_->hosts; }

bool Policy::is_health(const model::CanonicalRequest& request,
                       const model::ClientHints& hints) const {
  if (parts_->health_agents.empty() || hints.user_agent.empty()) return false;
  if (request.path != parts_->health_path) return false;
  return std::ranges::any_of(parts_->health_agents, [&](const std::unique_ptr<const RE2>& agent) {
    return RE2::PartialMatch(hints.user_agent, *agent);
  });
}

PathSettings Policy::settings(std::string_view host, std::string_view path) const {
  PathSettings result;
  std::optional<config::Challenge> challenge;
  std::optional<config::AuthorizationUse> authorization;
  std::optional<config::EncodedSlash> encoded_slash;
  std::optional<config::CrossSite> cross_site;
  for (const config::Path& setting : parts_->paths) {
    if (!wire::path_has_prefix(path, setting.prefix)) continue;
    if (!challenge) challenge = setting.challenge;
    if (!authorization) authorization = setting.authorization;
    if (!encoded_slash) encoded_slash = setting.encoded_slash;
    if (!cross_site) cross_site = setting.cross_site;
  }
  result.challenge = challenge ? *challenge : built_in_class(path);
  // An unknown host gets a browser's page: it is a person who has to read which hosts there are.
  if (result.challenge == config::Challenge::kBrowser && parts_->hosts.has(host) &&
      !parts_->hosts.browser(host)) {
    result.challenge = config::Challenge::kBasic;
  }
  result.authorization = authorization.value_or(result.authorization);
  result.encoded_slash = encoded_slash.value_or(result.encoded_slash);
  result.cross_site = cross_site.value_or(result.cross_site);
  if (result.challenge == config::Challenge::kDocker && parts_->docker.takes_tokens(host)) {
    result.token_service = host;
  }
  return result;
}

model::Step<void> Policy::admit(const model::CanonicalRequest& request,
                                const PathSettings& settings) const {
  if (!parts_->hosts.has(request.host)) {
    return model::refuse(Reason::kUnknownHost, "the host is not one of site.hosts");
  }
  if (request.scheme != model::Scheme::kHttps && parts_->hosts.enforces_https(request.host)) {
    return model::refuse(Reason::kHttpsRequired, "the host takes https only");
  }
  if (request.has_encoded_slash && settings.encoded_slash != config::EncodedSlash::kKeep) {
    return model::refuse(Reason::kAmbiguousTarget, "the path has an encoded slash");
  }
  if (request.has_encoded_slash) {
    const auto differs = [&](const std::string& path) {
      return this->settings(request.host, path) != settings;
    };
    if (std::ranges::any_of(wire::other_readings(request.path), differs)) {
      return model::refuse(Reason::kAmbiguousTarget,
                           "with its encoded slash decoded, the path is one of another [[path]]");
    }
  }
  return {};
}

Decision Policy::decide(const model::AuthQuery& query, const PathSettings& settings,
                        model::Identity identity) const {
  const auto refuse = [&](Reason reason, std::string detail) {
    return Decision::refuse(reason, std::move(detail)).about(std::move(identity));
  };
  if (settings.cross_site != config::CrossSite::kAllow) {
    const config::Hosts& hosts = parts_->hosts;
    if (model::is_ambient(identity.proof()) && !ambient_may(query, hosts)) {
      return refuse(Reason::kCrossSite, "no proof of the same origin");
    }
    if (!identity.anonymous() && is_remembered_pair(query, hosts)) {
      return refuse(Reason::kCrossSite, "another site's page with the browser's Basic pair");
    }
  }
  if (hides_its_mount(query.request, query.hints)) {
    return refuse(Reason::kAmbiguousTarget, "a mount whose source cannot be judged");
  }
  if (!scopes_permit(identity.scopes(), query, parts_->posted_reads)) {
    return refuse(Reason::kScopeDenied, "the credential's scopes do not cover the request");
  }
  if (const model::DockerGrant* const grant = identity.docker_grant()) {
    const Cover cover = grant->service == settings.token_service ? covers(*grant, query.request)
                                                                 : Cover::kUnknown;
    if (cover == Cover::kPart) return refuse(Reason::kInsufficientScope, "the token is for less");
    if (cover == Cover::kUnknown) {
      return refuse(Reason::kScopeDenied, "no token of a registry is for such a request");
    }
  }
  const Verdict verdict = parts_->judge_readings(query.request, identity);
  Decision decision = verdict.reason == Reason::kAllowed
                          ? Decision::allow(std::move(identity))
                          : refuse(verdict.reason, verdict.detail);
  decision.rule = verdict.rule;
  return decision;
}

bool depends_on_paths(const config::Config& config) {
  const auto deeper = [](const std::string& path) { return path != "/"; };
  return std::ranges::any_of(config.path_settings, deeper, &config::Path::prefix) ||
         std::ranges::any_of(config.rules, [&](const config::Rule& rule) {
           return std::ranges::any_of(rule.paths, deeper);
         });
}

}  // namespace latchkey::policy
