// The hosts of `[site] hosts` with what `[[host]]` says of them: which name is ours, and how a
// browser is sent there. Shared by the decision, the refusals and the pages, so that no Location
// and no realm is ever built from a name that a client chose.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "latchkey/config/config.h"

namespace latchkey::config {

class Hosts {
 public:
  explicit Hosts(const Config& config);

  // Input:   `host`, canonical (lower case, no port, no final dot).
  // Returns: true if it is one of ours; `*.` in a configured name stands for exactly one label.
  bool has(std::string_view host) const { return find(host) != nullptr; }

  // True if people browse there. False for a host that is not ours.
  bool browser(std::string_view host) const;

  // True if plain HTTP is refused there.
  bool enforces_https(std::string_view host) const;

  // Returns scheme://host[:port], where a browser is sent: the scheme of `site.url` and the port
  // that is configured for `host`. For a host that is not ours, `site.url`.
  std::string origin_of(std::string_view host) const;

  // The same with https, for the page that asks for it.
  std::string https_origin_of(std::string_view host) const;

  // Input:   `origin`, the value of an Origin field, any bytes.
  // Returns: true if it is exactly the origin of one of our hosts.
  bool is_own_origin(std::string_view origin) const;

  // The configured names in their order, wildcards as written; for the page that names them.
  const std::vector<std::string>& names() const { return names_; }

 private:
  struct Entry {
    SiteHost host;
    bool browser;
    bool enforces_https;
  };
  const Entry* find(std::string_view host) const;

  std::vector<Entry> entries_;
  std::vector<std::string> names_;
  std::string site_url_;
  std::string scheme_;  // `http` or `https`, of site.url
};

}  // namespace latchkey::config
