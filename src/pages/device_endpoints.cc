// The two addresses that programs ask. Whoever polls holds the device code; nobody else learns
// whether there is one.
#include <optional>
#include <utility>

#include "body_kind.h"
#include "device_login.h"
#include "latchkey/base/joined.h"
#include "latchkey/pages/device.h"
#include "latchkey/pages/problem.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json_object.h"
#include "latchkey/wire/time.h"

namespace latchkey::pages {
namespace {

constexpr std::string_view kGrantType = "urn:ietf:params:oauth:grant-type:device_code";
constexpr std::string_view kDefaultLabel = "latchkey login";

// Spec: RFC 6749 section 5.2.
PageResult refused(int status, const char* error, std::string description,
                   std::string detail = {}) {
  PageResult result;
  wire::JsonObject object;
  object.add("error", error).add("error_description", description);
  result.answer = json_answer(status, object.text());
  result.reason = error;
  result.detail = detail.empty() ? std::move(description) : std::move(detail);
  return result;
}

PageResult failed(const Error& error) {
  switch (error.code) {
    case ErrorCode::kMalformed: return refused(400, "invalid_request", error.detail);
    case ErrorCode::kNotFound:
      return refused(400, "invalid_grant", "There is no such code, or it was used.");
    case ErrorCode::kExpired:
    case ErrorCode::kRefused:
      return refused(400, "access_denied", "The account was changed meanwhile.", error.detail);
    case ErrorCode::kConflict:
      return refused(400, "access_denied", "The account holds as many credentials as are allowed.");
    case ErrorCode::kUnavailable:
    case ErrorCode::kInternal: break;
  }
  PageResult result = refused(503, "temporarily_unavailable", "Try again in a minute.",
                              error.detail);
  result.answer.add_ours("Retry-After", "5");
  return result;
}

// The fields of a request from a client we know.
struct Fields {
  std::string grant_type;
  std::string device_code;
  std::string client;
  std::string label;
  std::string scope;
};

Result<Fields> read_fields(const PageRequest& request) {
  if (body_kind(request) != BodyKind::kForm) {
    return fail(ErrorCode::kMalformed, "Send application/x-www-form-urlencoded.");
  }
  const Result<wire::Form> form = wire::Form::parse(request.body);
  if (!form) return fail(ErrorCode::kMalformed, "The form cannot be read.");
  Fields fields;
  const std::pair<std::string_view, std::string*> wanted[] = {
      {"grant_type", &fields.grant_type},
      {"device_code", &fields.device_code},
      {"client_id", &fields.client},
      {"label", &fields.label},
      {"scope", &fields.scope}};
  for (const auto& [name, into] : wanted) {
    const Result<std::optional<std::string>> value = form->single(name);
    if (!value) return fail(ErrorCode::kMalformed, "A field was sent twice.");
    *into = value->value_or(std::string());
  }
  return fields;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view word = wire::cut_at(text, " ");
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

PageResult wrong_client() {
  return refused(400, "invalid_client",
                 "The client_id must be " + std::string(kLatchkeyClient) + ".");
}

PageResult granted(const CollectedLogin& login, TimePoint now) {
  const model::IssuedCredential& record = login.issued.record;
  const std::string scope = joined(record.scopes, " ");
  wire::JsonObject object;
  object.add("access_token", login.issued.token.reveal())
      .add("token_type", "Bearer")
      .add("expires_in", (record.expires - now).count())
      .add("scope", scope)
      .add("username", login.account.profile.user_name)
      .add("id", record.id.text())
      .add("expires", wire::rfc3339(record.expires));
  return {json_answer(200, object.text()), "issued", "credential " + record.id.text(),
          login.account.profile.user_name};
}

}  // namespace

PageResult DeviceAuthorizePage::serve(const PageRequest& request) {
  const Result<Fields> fields = read_fields(request);
  if (!fields) return failed(fields.error());
  if (fields->client != kLatchkeyClient) return wrong_client();
  const Result<BegunLogin> login = begin_device_login(
      parts_, request,
      {.client = kLatchkeyClient,
       .label = fields->label.empty() ? std::string(kDefaultLabel) : fields->label,
       .scopes = words_of(fields->scope)});
  if (!login && login.error().code == ErrorCode::kRefused) {
    PageResult result = refused(429, "slow_down", "Too many programs are waiting for a yes.",
                                login.error().detail);
    result.answer.add_ours("Retry-After", "60");
    return result;
  }
  if (!login) return failed(login.error());
  wire::JsonObject object;
  object.add("device_code", login->device_code.reveal())
      .add("user_code", login->user_code)
      .add("verification_uri", login->page_url)
      .add("verification_uri_complete", login->code_url)
      .add("expires_in", store::kDeviceLoginLifetime.count())
      .add("interval", store::kDevicePollInterval.count());
  return {json_answer(200, object.text()), "device_login_begun", "client latchkey", {}};
}

PageResult DeviceTokenPage::serve(const PageRequest& request) {
  using store::DeviceState;
  const Result<Fields> fields = read_fields(request);
  if (!fields) return failed(fields.error());
  if (fields->grant_type != kGrantType) {
    return refused(400, "unsupported_grant_type", "There is " + std::string(kGrantType) + ".");
  }
  if (fields->client != kLatchkeyClient) return wrong_client();
  const Result<CollectedLogin> login =
      collect_device_login(parts_, request, kLatchkeyClient, fields->device_code);
  if (!login) return failed(login.error());
  switch (login->state) {
    case DeviceState::kWaiting:
      return refused(400, "authorization_pending", "Nobody has said yes or no yet.");
    case DeviceState::kTooFast: return refused(400, "slow_down", "Poll five seconds later.");
    case DeviceState::kDenied: return refused(400, "access_denied", "It was refused.");
    case DeviceState::kExpired: return refused(400, "expired_token", "Nobody said yes in time.");
    case DeviceState::kApproved: break;
  }
  return granted(*login, request.now);
}

}  // namespace latchkey::pages
