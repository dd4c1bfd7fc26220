// [docker]: which registries are entered by tokens, and what these are like.
#include "latchkey/config/docker.h"

#include <algorithm>

#include "config/section.h"
#include "config/url.h"
#include "latchkey/wire/host.h"

namespace latchkey::config {
namespace {

void read_token_hosts(const Value& value, Docker& docker) {
  const auto items = value.items(EmptyList::kTake);
  if (!items) return;
  const Site& site = value.config().site;
  for (const auto& [text, item] : *items) {
    const auto host =
        parse_site_host(text, site.https ? UrlScheme::kHttps : UrlScheme::kHttp);
    if (!host) {
      item.wrong(host.error());
      continue;
    }
    const bool known = std::ranges::any_of(site.hosts, [&](const SiteHost& one) {
      return one.name == host->name || wire::host_matches(one.name, host->name);
    });
    if (host->port) {
      item.wrong("is " + shown(text) + "; must have no port");
    } else if (!known && !site.hosts.empty()) {
      item.wrong("is " + shown(text) + "; must be one of site.hosts, add it there");
    } else {
      docker.token_hosts.push_back(host->name);
    }
  }
}

constexpr Value::Word<KeyIdForm> kKeyIds[] = {{"libtrust", KeyIdForm::kLibtrust},
                                              {"thumbprint", KeyIdForm::kThumbprint}};

constexpr Key<Docker> kKeys[] = {
    {"token_hosts", read_token_hosts},
    // Clients take a token for good for a minute, whatever it says.
    {"lifetime",
     [](const Value& v, Docker& docker) {
       take(v.duration(std::chrono::minutes(1), std::chrono::hours(1)), docker.lifetime);
     }},
    {"refresh_lifetime",
     [](const Value& v, Docker& docker) {
       take(v.duration(Seconds(0), std::chrono::days(365)), docker.refresh_lifetime);
     }},
    {"key_id", [](const Value& v, Docker& docker) { take(v.one_of(kKeyIds), docker.key_id); }},
};

void read_docker(Reading& reading, const Node& table) {
  read_keys<Docker>(reading, table, "docker", kKeys, reading.config.docker);
}

}  // namespace

bool Docker::takes_tokens(std::string_view host) const {
  return std::ranges::any_of(token_hosts, [&](const std::string& pattern) {
    return wire::host_matches(pattern, host);
  });
}

Section docker_section() {
  return {"docker", Repeated::kNo, names_of<Docker>(kKeys), read_docker};
}

}  // namespace latchkey::config
