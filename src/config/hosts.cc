#include "latchkey/config/hosts.h"

#include <algorithm>
#include <optional>

#include "latchkey/wire/host.h"

namespace latchkey::config {

Hosts::Hosts(const Config& config)
    : site_url_(config.site.url), scheme_(config.site.https ? "https" : "http") {
  const auto add = [&](const SiteHost& host, const Host& said) {
    entries_.push_back({.host = host,
                        .browser = said.browser,
                        .enforces_https = config.site.enforce_https && said.enforce_https});
  };
  for (const SiteHost& host : config.site.hosts) {
    const auto said = std::ranges::find(config.hosts, host.name, &Host::name);
    add(host, said != config.hosts.end() ? *said : Host());
    names_.push_back(host.name);
  }
  // A [[host]] may name one of those that a wildcard stands for, and differs from the others then.
  for (const Host& said : config.hosts) {
    const Entry* const entry = find(said.name);
    if (entry == nullptr || entry->host.name == said.name) continue;
    add({said.name, entry->host.port}, said);
  }
}

// An exact name is a better match than a wildcard, whatever their order.
const Hosts::Entry* Hosts::find(std::string_view host) const {
  if (host.starts_with('*')) return nullptr;  // a pattern is nobody's name
  const Entry* by_wildcard = nullptr;
  for (const Entry& entry : entries_) {
    if (entry.host.name == host) return &entry;
    if (by_wildcard == nullptr && wire::host_matches(entry.host.name, host)) by_wildcard = &entry;
  }
  return by_wildcard;
}

bool Hosts::browser(std::string_view host) const {
  const Entry* entry = find(host);
  return entry != nullptr && entry->browser;
}

bool Hosts::enforces_https(std::string_view host) const {
  const Entry* entry = find(host);
  return entry != nullptr && entry->enforces_https;
}

std::string Hosts::origin_of(std::string_view host) const {
  const Entry* entry = find(host);
  if (entry == nullptr) return site_url_;
  std::string origin = scheme_ + "://" + std::string(host);
  if (entry->host.port) origin += ":" + std::to_string(*entry->host.port);
  return origin;
}

std::string Hosts::https_origin_of(std::string_view host) const {
  // A port that serves http cannot serve https, so only the scheme's own can be meant.
  if (scheme_ == "https" || find(host) == nullptr) return origin_of(host);
  return "https://" + std::string(host);
}

bool Hosts::is_own_origin(std::string_view origin) const {
  const std::size_t mark = origin.find("://");
  if (mark == std::string_view::npos) return false;
  const Result<wire::Authority> authority = wire::parse_authority(origin.substr(mark + 3));
  return authority && has(authority->host) && origin == origin_of(authority->host);
}

}  // namespace latchkey::config
