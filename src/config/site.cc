// [site], [[host]] and [paths]: under which names and at which places we are reached.
#include <algorithm>
#include <iterator>

#include "config/section.h"
#include "config/url.h"
#include "latchkey/wire/host.h"
#include "latchkey/wire/target.h"

namespace latchkey::config {
namespace {

UrlScheme scheme_of(const Site& site) { return site.https ? UrlScheme::kHttps : UrlScheme::kHttp; }

void read_url(const Value& value, Site& site) {
  const auto text = value.text();
  if (!text) return;
  auto url = parse_url(*text);
  if (!url) return value.wrong(url.error());
  if (!url->path.empty() && url->path != "/") {
    return value.wrong("is " + shown(*text) + "; must end after the host, as in " + url->origin());
  }
  site.https = url->scheme == UrlScheme::kHttps;
  if (!site.https && !site.allow_http && !is_loopback(url->authority.host)) {
    return value.wrong(
        "is " + shown(*text) +
        "; must begin with https://, as passwords and cookies would cross the network "
        "readable. For a network that nobody can listen to, set site.allow_http = true");
  }
  site.url = url->origin();
  site.hosts = {{url->authority.host, url->authority.port}};
}

// The host of site.url stays the first; its port is that of site.url unless the list says the same.
void read_hosts(const Value& value, Site& site) {
  const auto items = value.items(EmptyList::kRefuse);
  if (!items) return;
  for (const auto& [text, item] : *items) {
    auto host = parse_site_host(text, scheme_of(site));
    if (!host) {
      item.wrong(host.error());
      continue;
    }
    const bool is_first = !site.hosts.empty() && site.hosts.front().name == host->name;
    if (is_first && (!host->port || host->port == site.hosts.front().port)) continue;
    const bool repeated =
        std::any_of(site.hosts.begin(), site.hosts.end(),
                    [&](const SiteHost& other) { return other.name == host->name; });
    if (repeated) {
      item.wrong(
          "names the host " + host->name +
          " with a second port; a host has one, and the host of site.url has the port there");
      continue;
    }
    site.hosts.push_back(*std::move(host));
  }
}

constexpr Key<Site> kSiteKeys[] = {
    {"allow_http", [](const Value& v, Site& site) { take(v.boolean(), site.allow_http); }},
    {"url", read_url},
    {"hosts", read_hosts},
    {"realm",
     [](const Value& v, Site& site) {
       const auto text = v.ascii();
       if (text && text->find_first_of("\"\\") != std::string::npos) {
         return v.wrong("is " + shown(*text) + "; must have no quote and no backslash");
       }
       take(text, site.realm);
     }},
    {"title", [](const Value& v, Site& site) { take(v.text(), site.title); }},
    {"enforce_https", [](const Value& v, Site& site) { take(v.boolean(), site.enforce_https); }},
};

void read_site(Reading& reading, const Node& table) {
  Site& site = reading.config.site;
  read_keys<Site>(reading, table, "site", kSiteKeys, site);
  constexpr Required kRequired[] = {{"url", "\"https://sso.example\""}};
  require(reading, table, "site", kRequired);
  if (site.enforce_https && !site.url.empty() && !site.https) {
    place_of(reading, table, "site", "enforce_https")
        .wrong(
            "is true, but site.url begins with http://, so that nobody could get in; change one");
  }
}

// Says whether `name` is one of site.hosts or one of those that a wildcard there stands for.
bool is_site_host(const Site& site, std::string_view name) {
  return std::any_of(site.hosts.begin(), site.hosts.end(), [&](const SiteHost& host) {
    return host.name == name || wire::host_matches(host.name, name);
  });
}

void read_host_name(const Value& value, Host& host) {
  const auto text = value.text();
  if (!text) return;
  const Site& site = value.config().site;
  auto name = parse_site_host(*text, scheme_of(site));
  if (!name) return value.wrong(name.error());
  if (name->port) return value.wrong("is " + shown(*text) + "; must have no port");
  if (!site.hosts.empty() && !is_site_host(site, name->name)) {
    return value.wrong("is " + shown(*text) + "; must be one of site.hosts, add it there");
  }
  for (const Host& other : value.config().hosts) {
    if (other.name == name->name) {
      return value.wrong("is " + shown(*text) +
                         " a second time; put all of its keys into one [[host]]");
    }
  }
  host.name = name->name;
}

constexpr Key<Host> kHostKeys[] = {
    {"name", read_host_name},
    {"browser", [](const Value& v, Host& host) { take(v.boolean(), host.browser); }},
    {"enforce_https", [](const Value& v, Host& host) { take(v.boolean(), host.enforce_https); }},
};

void read_host(Reading& reading, const Node& table) {
  Host host;
  read_keys<Host>(reading, table, "host", kHostKeys, host);
  constexpr Required kRequired[] = {{"name", "\"docker.example\""}};
  require(reading, table, "host", kRequired);
  if (!host.name.empty()) reading.config.hosts.push_back(std::move(host));
}

template <std::string Paths::*member>
constexpr void read_page(const Value& value, Paths& paths) {
  const auto text = value.ascii();
  if (!text) return;
  const auto target = wire::canonical_target(*text, wire::Semicolon::kRefuse);
  if (!target || target->path != *text || target->has_encoded_slash || *text == "/" ||
      text->ends_with('/')) {
    return value.wrong("is " + shown(*text) +
                       "; must be a plain path as in \"/oauth/login\", without a final slash");
  }
  paths.*member = *text;
}

constexpr Key<Paths> kPathsKeys[] = {
    {"login", read_page<&Paths::login>},
    {"callback", read_page<&Paths::callback>},
    {"logout", read_page<&Paths::logout>},
    {"backchannel_logout", read_page<&Paths::backchannel_logout>},
    {"credentials", read_page<&Paths::credentials>},
    {"device", read_page<&Paths::device>},
    {"whoami", read_page<&Paths::whoami>},
    {"jwks", read_page<&Paths::jwks>},
    {"docker_token", read_page<&Paths::docker_token>},
    {"healthz", read_page<&Paths::healthz>},
    {"readyz", read_page<&Paths::readyz>},
    {"metrics", read_page<&Paths::metrics>},
};

void read_paths(Reading& reading, const Node& table) {
  Paths& paths = reading.config.paths;
  read_keys<Paths>(reading, table, "paths", kPathsKeys, paths);
  const std::vector<const std::string*> pages = pages_of(paths);
  LK_ASSERT(pages.size() == std::size(kPathsKeys));
  for (std::size_t i = 0; i < std::size(pages); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!wire::path_has_prefix(*pages[i], *pages[j]) &&
          !wire::path_has_prefix(*pages[j], *pages[i])) {
        continue;
      }
      // The fault stands where the file says something: one of the two may be a default.
      const bool later_is_written = table.find(kPathsKeys[i].name) != nullptr;
      const std::size_t at = later_is_written ? i : j;
      const std::size_t other = later_is_written ? j : i;
      place_of(reading, table, "paths", kPathsKeys[at].name)
          .wrong("is " + shown(*pages[at]) + ", which is or lies above or below paths." +
                 std::string(kPathsKeys[other].name) + " (" + shown(*pages[other]) +
                 "); every page needs a place of its own");
    }
  }
}

}  // namespace

std::vector<const std::string*> pages_of(const Paths& paths) {
  return {&paths.login,       &paths.callback, &paths.logout, &paths.backchannel_logout,
          &paths.credentials, &paths.device,   &paths.whoami, &paths.jwks, &paths.docker_token,
          &paths.healthz,     &paths.readyz,   &paths.metrics};
}

Section site_section() {
  return {"site", Repeated::kNo, names_of<Site>(kSiteKeys), read_site};
}
Section host_section() {
  return {"host", Repeated::kYes, names_of<Host>(kHostKeys), read_host};
}
Section paths_section() {
  return {"paths", Repeated::kNo, names_of<Paths>(kPathsKeys), read_paths};
}

}  // namespace latchkey::config
