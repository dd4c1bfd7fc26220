// The URLs and host names of the configuration.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "latchkey/config/config.h"
#include "latchkey/wire/host.h"

namespace latchkey::config {

enum class UrlScheme { kHttp, kHttps };

struct Url {
  UrlScheme scheme = UrlScheme::kHttps;
  wire::Authority authority;  // the scheme's default port is left out
  std::string path;           // as written: empty, or beginning with `/`

  // Returns scheme://host[:port].
  std::string origin() const;
};

// Errors: a sentence about an address that is not http or https, or that has a user, a query, a
//         fragment, a blank or a host that is no host.
std::expected<Url, std::string> parse_url(std::string_view text);

// Returns `port`, or nullopt if it is what `scheme` means without one.
std::optional<std::uint16_t> without_default(std::optional<std::uint16_t> port, UrlScheme scheme);

// True if no other machine can be behind `host`: localhost and below, 127.0.0.0/8, [::1].
bool is_loopback(std::string_view host);

// Reads `host`, `host:port` or `*.host`, as site.hosts has them, into its canonical form.
std::expected<SiteHost, std::string> parse_site_host(std::string_view text, UrlScheme scheme);

}  // namespace latchkey::config
