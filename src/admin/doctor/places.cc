// Which addresses of a host the rules protect: the very code that decides is asked.
#include <algorithm>

#include "site.h"
#include "latchkey/identity/resolver.h"
#include "latchkey/wire/host.h"
#include "latchkey/wire/target.h"

namespace latchkey::admin::doctor {
namespace {

// Where applications and forgotten locations are, whatever is behind the web server. Names with
// endings stand for locations by file type.
std::vector<std::string> candidates(const config::Config& config, const std::string& base,
                                    const std::vector<std::string>& more) {
  std::vector<std::string> all{base, "/", "/v2/", "/v2/_catalog", "/repository/",
                               "/repository" + base, "/api" + base, "/static" + base,
                               "/assets" + base, "/public" + base, "/service/rest/v1/status"};
  for (const char* ending : {".png", ".js", ".css", ".html", ".jar", ".php", ".json"}) {
    all.push_back(base + ending);
  }
  std::vector<std::string> prefixes;
  for (const config::Path& path : config.path_settings) prefixes.push_back(path.prefix);
  for (const config::Rule& rule : config.rules) {
    prefixes.insert(prefixes.end(), rule.paths.begin(), rule.paths.end());
  }
  for (std::string prefix : prefixes) {
    while (prefix.contains('*')) prefix.replace(prefix.find('*'), 1, "latchkey-doctor");
    all.push_back(prefix);
    all.push_back(prefix + (prefix.ends_with('/') ? base.substr(1) : base));
  }
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

Stranger stranger_at(const config::Config& config, const policy::Policy& policy, const Site& site,
                     std::string_view method, const std::string& raw) {
  const wire::Semicolon semicolon =
      policy::depends_on_paths(config) ? wire::Semicolon::kRefuse : wire::Semicolon::kCut;
  const Result<wire::Target> target = wire::canonical_target(raw, semicolon);
  const Result<wire::Authority> authority = wire::parse_authority(site.host());
  if (!target || !authority) return Stranger::kRefused;
  model::AuthQuery query;
  query.request.scheme = site.https() ? model::Scheme::kHttps : model::Scheme::kHttp;
  query.request.host = authority->host;
  query.request.method = method;
  query.request.path = target->path;
  query.request.has_encoded_slash = target->has_encoded_slash;
  query.request.query = target->query;
  query.request.target = target->origin_form;
  const policy::PathSettings settings = policy.settings(authority->host, target->path);
  if (!policy.admit(query.request, settings)) return Stranger::kRefused;
  const model::Decision decision =
      policy.decide(query, settings, identity::Resolver::anonymous());
  return decision.allowed() ? Stranger::kAllowed : Stranger::kRefused;
}

Places places_of(const config::Config& config, const policy::Policy& policy, const Site& site,
                 const std::string& nonce, const std::vector<std::string>& more) {
  Places places;
  for (const std::string& path : candidates(config, "/latchkey-doctor-" + nonce, more)) {
    if (is_own_page(config.paths, path)) continue;
    std::vector<std::string>& list =
        stranger_at(config, policy, site, "GET", path) == Stranger::kAllowed ? places.open
                                                                             : places.closed;
    if (std::ranges::find(list, path) == list.end()) list.push_back(path);
  }
  // The name that nothing has comes first in the list of candidates, where it is protected.
  if (!places.closed.empty()) places.base = places.closed.front();
  return places;
}

}  // namespace latchkey::admin::doctor
