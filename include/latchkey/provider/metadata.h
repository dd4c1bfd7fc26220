// What a provider says of itself: its endpoints, read from the discovery document and checked, so
// that no URL of a stranger is ever called or sent to a browser.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/base/result.h"

namespace latchkey::provider {

// How we prove to the token endpoint who we are.
enum class TokenAuthentication { kBasic, kPost, kNone };

// Whether the authorization answer carries `iss`.
enum class IssuerParameter { kNotAnnounced, kAnnounced };

struct Metadata {
  std::string issuer;
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string jwks_uri;
  std::string userinfo_endpoint;     // empty: none
  std::string end_session_endpoint;  // empty: none
  TokenAuthentication token_authentication = TokenAuthentication::kBasic;
  IssuerParameter issuer_parameter = IssuerParameter::kNotAnnounced;
};

constexpr std::size_t kMetadataBytesMax = 256 * 1024;

// Returns where the discovery document of `issuer` is.
std::string metadata_url(std::string_view issuer);

// Reads a discovery document.
//
// Input:   `json`, as fetched; `issuer`, as configured.
// Returns: its endpoints; each is https, or, when `issuer` itself is http on loopback, may be so
//          too.
// Errors:  kMalformed: no strict JSON, a required member is missing, an endpoint that is no such
//          URL. kRefused: `issuer` differs by as much as a byte, or it supports no way we can sign
//          in.
// Spec:    OpenID Connect Discovery 1.0 sections 3 and 4.3, RFC 8414 section 3.3, RFC 9207.
Result<Metadata> parse_metadata(std::string_view json, const std::string& issuer);

// Returns `scheme://host[:port]` of a URL, for the form-action of pages; empty for no URL.
std::string origin_of(std::string_view url);

}  // namespace latchkey::provider
