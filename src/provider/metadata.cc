#include "latchkey/provider/metadata.h"

#include <algorithm>
#include <vector>

#include "latchkey/remote/http_client.h"
#include "latchkey/wire/field_value.h"
#include "latchkey/wire/host.h"
#include "latchkey/wire/json.h"

namespace latchkey::provider {
namespace {

constexpr std::size_t kUrlBytesMax = 2048;

// An endpoint is sent to browsers in a Location, so it must be a field value with nothing odd in
// it.
bool is_plain_url(std::string_view url) {
  constexpr std::string_view kForbidden = " \"<>\\^`{|}#@";
  return url.size() <= kUrlBytesMax && wire::is_printable_ascii(url) &&
         url.find_first_of(kForbidden) == url.npos && !origin_of(url).empty();
}

Result<std::string> checked_endpoint(std::string url, const std::string& issuer) {
  const bool loopback = remote::is_loopback_http(issuer) && remote::is_loopback_http(url);
  if (!is_plain_url(url) || (!url.starts_with("https://") && !loopback)) {
    return fail(ErrorCode::kMalformed, "the discovery document has an endpoint that is not https");
  }
  return url;
}

Result<std::string> required(const wire::Json& document, std::string_view member,
                             const std::string& issuer) {
  Result<std::string> url = document.string(member);
  if (!url) {
    return fail(ErrorCode::kMalformed, "the discovery document lacks " + std::string(member));
  }
  return checked_endpoint(*std::move(url), issuer);
}

Result<std::string> optional(const wire::Json& document, std::string_view member,
                             const std::string& issuer) {
  if (!document.has(member) || document.is_null(member)) return std::string();
  return required(document, member, issuer);
}

Result<TokenAuthentication> token_authentication(const wire::Json& document) {
  constexpr std::string_view kMember = "token_endpoint_auth_methods_supported";
  // Discovery section 3: client_secret_basic is meant when nothing is said.
  if (!document.has(kMember)) return TokenAuthentication::kBasic;
  LK_TRY(const std::vector<std::string> methods, document.strings(kMember));
  const auto offers = [&](std::string_view method) {
    return std::ranges::find(methods, method) != methods.end();
  };
  if (offers("client_secret_basic")) return TokenAuthentication::kBasic;
  if (offers("client_secret_post")) return TokenAuthentication::kPost;
  if (offers("none")) return TokenAuthentication::kNone;
  return fail(ErrorCode::kRefused, "the token endpoint takes neither Basic nor a posted secret");
}

// Where the provider lists what it can do, it must be able to do this; an absent list says nothing.
Outcome must_list(const wire::Json& document, std::string_view member, std::string_view value) {
  if (!document.has(member)) return {};
  LK_TRY(const std::vector<std::string> values, document.strings(member));
  if (std::ranges::find(values, value) != values.end()) return {};
  return fail(ErrorCode::kRefused, "the provider does not list " + std::string(value));
}

}  // namespace

std::string origin_of(std::string_view url) {
  const std::size_t begin = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (begin == 0) return {};
  const std::size_t end = url.find_first_of("/?#", begin);
  const auto authority =
      wire::parse_authority(url.substr(begin, end == url.npos ? end : end - begin));
  if (!authority) return {};
  std::string origin(url.substr(0, begin));
  origin += authority->host;
  if (authority->port.has_value()) origin += ':' + std::to_string(*authority->port);
  return origin;
}

std::string metadata_url(std::string_view issuer) {
  while (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

Result<Metadata> parse_metadata(std::string_view json, const std::string& issuer) {
  LK_TRY(const wire::Json document, wire::Json::parse(json, kMetadataBytesMax));
  const Result<std::string> named = document.string("issuer");
  if (!named) return fail(ErrorCode::kMalformed, "the discovery document lacks issuer");
  if (*named != issuer) {
    constexpr std::size_t kShownMax = 200;
    return fail(ErrorCode::kConflict,
                "the discovery document is of another issuer: it names itself `" +
                    wire::printable(named->substr(0, kShownMax)) +
                    "`; if that is whom you mean, write it as issuer");
  }
  LK_CHECK(must_list(document, "response_types_supported", "code"));
  LK_CHECK(must_list(document, "code_challenge_methods_supported", "S256"));
  Metadata metadata;
  metadata.issuer = issuer;
  LK_TRY(metadata.authorization_endpoint, required(document, "authorization_endpoint", issuer));
  LK_TRY(metadata.token_endpoint, required(document, "token_endpoint", issuer));
  LK_TRY(metadata.jwks_uri, required(document, "jwks_uri", issuer));
  LK_TRY(metadata.userinfo_endpoint, optional(document, "userinfo_endpoint", issuer));
  LK_TRY(metadata.end_session_endpoint, optional(document, "end_session_endpoint", issuer));
  LK_TRY(metadata.token_authentication, token_authentication(document));
  const auto announced = document.boolean("authorization_response_iss_parameter_supported");
  if (announced && *announced) metadata.issuer_parameter = IssuerParameter::kAnnounced;
  return metadata;
}

}  // namespace latchkey::provider
