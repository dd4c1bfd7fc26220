#include "latchkey/fcgi/params.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "latchkey/wire/chars.h"

namespace latchkey::fcgi {
namespace {

constexpr std::size_t kUsualCount = 64;

// Meta-variables of a request that have no common beginning.
constexpr std::array<std::string_view, 29> kCgiNames = {
    "AUTH_TYPE",       "CONTENT_LENGTH",  "CONTENT_TYPE",    "CONTEXT_DOCUMENT_ROOT",
    "DOCUMENT_ROOT",   "DOCUMENT_URI",
    "FCGI_ROLE",       "FCGI_APACHE_ROLE", "GATEWAY_INTERFACE", "HTTPS",        "PATH_INFO",
    "PATH_TRANSLATED", "QUERY_STRING",    "REMOTE_ADDR",     "REMOTE_HOST",     "REMOTE_IDENT",
    "REMOTE_PORT",     "REMOTE_USER",     "REQUEST_METHOD",  "REQUEST_SCHEME",  "REQUEST_URI",
    "SCRIPT_FILENAME", "SCRIPT_NAME",     "SERVER_ADDR",     "SERVER_NAME",     "SERVER_PORT",
    "SERVER_PROTOCOL", "SERVER_SOFTWARE", "UNIQUE_ID"};
constexpr std::array<std::string_view, 4> kCgiPrefixes = {"HTTP_", "SSL_", "REDIRECT_",
                                                          "LATCHKEY_"};

bool is_request_name(std::string_view name) {
  const auto begins = [name](std::string_view prefix) { return name.starts_with(prefix); };
  return std::ranges::any_of(kCgiPrefixes, begins) ||
         std::ranges::find(kCgiNames, name) != kCgiNames.end();
}

// Splits `NAME=VALUE`; a text without `=` or without a name is nobody's parameter.
std::optional<Params::Pair> split(const char* text) {
  const char* equals = std::strchr(text, '=');
  if (equals == nullptr || equals == text) return std::nullopt;
  return Params::Pair(std::string_view(text, equals), std::string_view(equals + 1));
}

}  // namespace

// Length and two bytes tell nearly all names apart that web servers send.
std::size_t Params::chain_of(std::string_view name) {
  if (name.empty()) return 0;
  const std::size_t middle = static_cast<unsigned char>(name[name.size() / 2]);
  const std::size_t last = static_cast<unsigned char>(name.back());
  return (name.size() * 7 + middle * 3 + last) % kChains;
}

void Params::append(std::string_view name, std::string_view value) {
  std::uint16_t& last = last_[chain_of(name)];
  entries_.push_back({name, value, last});
  last = static_cast<std::uint16_t>(entries_.size());
}

void Params::take(std::string_view name, std::string_view value) {
  bytes_ += name.size() + value.size();
  if (bytes_ > kParamsBytesMax || entries_.size() >= kParamsCountMax) {
    too_large_ = true;
    return;
  }
  if (name.starts_with("HTTP_")) {
    if (name == "HTTP_PROXY") return;
    if (name == "HTTP_AUTHORIZATION") ++authorizations_;
    if (name == "HTTP_COOKIE") ++cookie_parts_;
  }
  append(name, value);
}

void Params::join_cookies() {
  if (cookie_parts_ < 2) return;
  for (const auto& [name, value, before] : entries_) {
    if (name != "HTTP_COOKIE" || value.empty()) continue;
    if (!cookies_.empty()) cookies_.insert(cookies_.end(), {';', ' '});
    cookies_.insert(cookies_.end(), value.begin(), value.end());
  }
  append("HTTP_COOKIE", std::string_view(cookies_.data(), cookies_.size()));
}

Params Params::from_fastcgi(const char* const* texts) {
  Params params;
  params.entries_.reserve(kUsualCount);
  for (; *texts != nullptr && !params.too_large_; ++texts) {
    if (const auto pair = split(*texts)) params.take(pair->first, pair->second);
  }
  params.join_cookies();
  return params;
}

Params Params::from_cgi(const char* const* environment) {
  std::vector<Pair> pairs;
  std::size_t bytes = 0;
  for (; *environment != nullptr; ++environment) {
    const auto pair = split(*environment);
    if (!pair || !is_request_name(pair->first)) continue;
    bytes += pair->first.size() + pair->second.size();
    pairs.push_back(*pair);
  }
  Params params;
  params.storage_.reserve(bytes);  // never reallocated, so that the views stay good
  const auto copied = [&params](std::string_view text) {
    const std::size_t at = params.storage_.size();
    params.storage_.insert(params.storage_.end(), text.begin(), text.end());
    return std::string_view(params.storage_.data() + at, text.size());
  };
  for (const auto& [name, value] : pairs) {
    const std::string_view own_name = copied(name);
    params.take(own_name, copied(value));
  }
  params.join_cookies();
  return params;
}

Params Params::of(std::initializer_list<Pair> pairs) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : pairs) bytes += name.size() + value.size();
  Params params;
  params.storage_.reserve(bytes);
  for (const auto& [name, value] : pairs) {
    const std::size_t at = params.storage_.size();
    params.storage_.insert(params.storage_.end(), name.begin(), name.end());
    params.storage_.insert(params.storage_.end(), value.begin(), value.end());
    const std::string_view both(params.storage_.data() + at, name.size() + value.size());
    params.take(both.substr(0, name.size()), both.substr(name.size()));
  }
  params.join_cookies();
  return params;
}

std::optional<std::string_view> Params::find(std::string_view name) const {
  for (std::uint16_t place = last_[chain_of(name)]; place != 0;) {
    const Entry& entry = entries_[place - 1U];
    if (entry.name == name) return entry.value;
    place = entry.before;
  }
  return std::nullopt;
}

bool Params::any_has(std::string_view name, std::string_view part) const {
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    return entry.name == name && wire::to_lower(entry.value).contains(part);
  });
}

}  // namespace latchkey::fcgi
