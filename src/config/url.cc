#include "config/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <utility>

#include "config/value.h"
#include "latchkey/wire/chars.h"

namespace latchkey::config {
namespace {

bool has_other_bytes(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return c <= ' ' || c > '~' || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' ||
           c == '`' || c == '{' || c == '|' || c == '}';
  });
}

}  // namespace

std::string Url::origin() const {
  std::string text = scheme == UrlScheme::kHttps ? "https://" : "http://";
  text += authority.host;
  if (authority.port) text += ":" + std::to_string(*authority.port);
  return text;
}

std::expected<Url, std::string> parse_url(std::string_view text) {
  Url url;
  const std::string start = wire::to_lower(text.substr(0, 8));
  std::string_view rest;
  if (start.starts_with("https://")) {
    rest = text.substr(8);
  } else if (start.starts_with("http://")) {
    url.scheme = UrlScheme::kHttp;
    rest = text.substr(7);
  } else {
    return std::unexpected("is " + shown(text) + "; must begin with https://");
  }
  if (has_other_bytes(text) || text.find_first_of("?#") != std::string_view::npos) {
    return std::unexpected("is " + shown(text) + "; must have no blank, no `?` and no `#`");
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  auto authority = wire::parse_authority(rest.substr(0, slash));
  if (!authority) {
    return std::unexpected("is " + shown(text) +
                           "; must name a host, for example https://sso.example");
  }
  url.authority = *std::move(authority);
  url.authority.port = without_default(url.authority.port, url.scheme);
  url.path = rest.substr(slash);
  return url;
}

std::optional<std::uint16_t> without_default(std::optional<std::uint16_t> port, UrlScheme scheme) {
  if (port == (scheme == UrlScheme::kHttps ? 443 : 80)) return std::nullopt;
  return port;
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host.ends_with(".localhost") || host == "[::1]") return true;
  // Read as an address: `127.0.0.1.evil.example` begins like one, too.
  in_addr address{};
  if (::inet_pton(AF_INET, std::string(host).c_str(), &address) != 1) return false;
  return (ntohl(address.s_addr) >> 24U) == 127;
}

std::expected<SiteHost, std::string> parse_site_host(std::string_view text, UrlScheme scheme) {
  const bool wildcard = text.starts_with("*.");
  auto authority = wire::parse_authority(wildcard ? text.substr(2) : text);
  if (!authority || (wildcard && authority->host.starts_with('['))) {
    return std::unexpected("names " + shown(text) +
                           "; must be a host as in \"nexus.example\", \"nexus.example:8443\" or "
                           "\"*.example\", without https:// and without a path");
  }
  return SiteHost{(wildcard ? "*." : "") + authority->host,
                  without_default(authority->port, scheme)};
}

}  // namespace latchkey::config
