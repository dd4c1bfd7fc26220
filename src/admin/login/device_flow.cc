#include "device_flow.h"

#include <algorithm>
#include <utility>

#include "latchkey/base/joined.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/field_value.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/host.h"
#include "latchkey/wire/json.h"

namespace latchkey::admin {
namespace {

constexpr const char* kClient = "latchkey";
constexpr const char* kGrantType = "urn:ietf:params:oauth:grant-type:device_code";
constexpr Seconds kSlowDown{5};
constexpr std::int64_t kIntervalMax = 60;
constexpr std::int64_t kLifetimeMax = 3600;
// A connection may be lost while a person looks for their phone.
constexpr int kTroublesMax = 5;

struct Begun {
  SecretString device_code;
  std::string user_code;
  std::string url;
  Seconds interval{5};
  Seconds lifetime{600};
};

Result<wire::Json> read_json(const remote::HttpResponse& response) {
  auto json = wire::Json::parse(response.body, remote::kResponseBytesMax);
  if (json && json->is_object()) return json;
  return fail(ErrorCode::kUnavailable,
              "no answer of a latchkey (status " + std::to_string(response.status) + ")");
}

// Whoever answers there writes on our terminal only what cannot move its cursor.
Result<std::string> printable(const wire::Json& json, std::string_view member) {
  const Result<std::string> text = json.string(member);
  if (!text || text->empty() || !wire::is_printable_ascii(*text)) {
    return fail(ErrorCode::kUnavailable,
                "no answer of a latchkey: " + std::string(member) + " is missing or unfit");
  }
  return *text;
}

std::string refusal_of(const wire::Json& json, int status) {
  std::string words = json.string("error").value_or("status " + std::to_string(status));
  if (const auto more = json.string("error_description")) words += ": " + *more;
  return wire::printable(words);
}

Result<remote::HttpResponse> post(remote::HttpClient& client, const LoginQuestion& question,
                                  std::string_view endpoint,
                                  const std::vector<wire::FormField>& fields) {
  remote::HttpRequest request;
  request.method = remote::Method::kPost;
  request.url = question.site.origin + question.path + std::string(endpoint);
  request.form = SecretString(wire::form_encode(fields));
  request.cleartext = remote::Cleartext::kLoopbackOnly;
  request.ca_file = question.ca_file;
  Result<remote::HttpResponse> response = client.send(request);
  if (!response) {
    return fail(response.error().code, question.site.origin + ": " + response.error().detail);
  }
  return response;
}

Result<Begun> begin(remote::HttpClient& client, const LoginQuestion& question) {
  std::vector<wire::FormField> fields{{"client_id", kClient}, {"label", question.label}};
  const std::string scope = joined(question.scopes, " ");
  if (!scope.empty()) fields.emplace_back("scope", scope);
  LK_TRY(const remote::HttpResponse response, post(client, question, "/authorize", fields));
  LK_TRY(const wire::Json json, read_json(response));
  if (response.status != 200) {
    return fail(ErrorCode::kRefused, refusal_of(json, response.status));
  }
  Begun begun;
  LK_TRY(std::string device_code, printable(json, "device_code"));
  begun.device_code = SecretString(std::move(device_code));
  LK_TRY(begun.user_code, printable(json, "user_code"));
  LK_TRY(begun.url, printable(json, json.has("verification_uri_complete")
                                        ? "verification_uri_complete"
                                        : "verification_uri"));
  begun.interval = Seconds(std::clamp<std::int64_t>(json.integer("interval").value_or(5), 1,
                                                    kIntervalMax));
  begun.lifetime = Seconds(std::clamp<std::int64_t>(json.integer("expires_in").value_or(600), 1,
                                                    kLifetimeMax));
  return begun;
}

Result<LoginGrant> read_grant(const wire::Json& json) {
  LoginGrant grant;
  LK_TRY(std::string token, printable(json, "access_token"));
  grant.token = SecretString(std::move(token));
  LK_TRY(grant.user_name, printable(json, "username"));
  LK_TRY(grant.id, printable(json, "id"));
  LK_TRY(grant.expires, printable(json, "expires"));
  return grant;
}

void show(const Begun& begun, const World& world) {
  world.err << "Open this address in a browser and say yes there:\n\n  " << begun.url
            << "\n\nIt has to show this code: " << begun.user_code << "\nWaiting...\n"
            << std::flush;
}

}  // namespace

Result<LoginSite> read_login_site(std::string_view url) {
  const std::size_t slashes = url.find("://");
  const std::string scheme = wire::to_lower(url.substr(0, slashes));
  if (slashes == std::string_view::npos || (scheme != "https" && scheme != "http")) {
    return fail(ErrorCode::kMalformed, "the URL must be as in https://nexus.example.com");
  }
  std::string_view rest = url.substr(slashes + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto authority = wire::parse_authority(rest);
  if (!authority) {
    return fail(ErrorCode::kMalformed, "the URL must be a scheme and a host, with no path");
  }
  std::string text = authority->host;
  const std::uint16_t own = scheme == "https" ? 443 : 80;
  if (authority->port && *authority->port != own) text += ":" + std::to_string(*authority->port);
  LoginSite site{scheme + "://" + text, text};
  if (scheme == "http" && !remote::is_loopback_http(site.origin)) {
    return fail(ErrorCode::kMalformed, "http:// is for this machine only; use https://");
  }
  return site;
}

Result<LoginGrant> log_in_by_device(remote::HttpClient& client, const LoginQuestion& question,
                                    const World& world, const Pause& pause) {
  LK_TRY(Begun begun, begin(client, question));
  show(begun, world);
  const std::vector<wire::FormField> poll{{"grant_type", kGrantType},
                                          {"client_id", kClient},
                                          {"device_code", std::string(begun.device_code.reveal())}};
  int troubles = 0;
  for (Seconds waited{0}; waited <= begun.lifetime; waited += begun.interval) {
    pause(begun.interval);
    const Result<remote::HttpResponse> response = post(client, question, "/token", poll);
    if (!response || response->status >= 500) {
      if (++troubles <= kTroublesMax) continue;
      if (!response) return std::unexpected(response.error());
    }
    LK_TRY(const wire::Json json, read_json(*response));
    if (response->status == 200) return read_grant(json);
    const std::string error = json.string("error").value_or("");
    if (error == "slow_down") begun.interval += kSlowDown;
    else if (error != "authorization_pending") {
      return fail(ErrorCode::kRefused, refusal_of(json, response->status));
    }
  }
  return fail(ErrorCode::kRefused, "nobody said yes in time");
}

}  // namespace latchkey::admin
