#include "latchkey/pages/npm.h"

#include <optional>
#include <string_view>
#include <utility>

#include "device_login.h"
#include "latchkey/answer/refusal.h"
#include "latchkey/model/credential.h"
#include "latchkey/pages/leaked.h"
#include "latchkey/pages/problem.h"
#include "latchkey/policy/scope.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/json_object.h"
#include "visitor.h"

namespace latchkey::pages {
namespace {

constexpr std::string_view kUserMark = "/user/org.couchdb.user:";
constexpr std::string_view kTokenMark = "/user/token/";
constexpr const char* kLabel = "npm login";
constexpr const char* kRetryAfter = "2";  // seconds: npm waits so long in front of a person

struct NpmCall {
  const Parts& parts;
  const PageRequest& request;
};

// npm prints the member `error`.
PageResult refused(int status, std::string reason, std::string_view text, std::string detail = {}) {
  PageResult result;
  result.answer = json_answer(status, wire::JsonObject().add("error", text).text());
  result.reason = std::move(reason);
  result.detail = std::move(detail);
  return result;
}

PageResult unavailable(std::string detail) {
  PageResult result =
      refused(503, "store_unavailable", "This cannot be done now.", std::move(detail));
  result.answer.add_ours("Retry-After", "5");
  return result;
}

PageResult unknown_address() { return refused(404, "unknown_path", "There is no such address."); }

// A refusal that is no fault of ours is the same to a client: its credential is not good.
bool is_trouble(const NpmCall& call, const model::Decision& refusal) {
  const answer::RefusalSettings settings(call.parts.config);
  return answer::refusal(settings,
                         {call.request.request(), call.request.hints(), config::Challenge::kBasic},
                         refusal.reason())
             .status == 503;
}

PageResult refused_credential(const NpmCall& call, const model::Decision& refusal) {
  if (is_trouble(call, refusal)) return unavailable(refusal.detail());
  PageResult result = refused(401, std::string(model::name_of(refusal.reason())),
                              "Sign in first: npm login", refusal.detail());
  result.answer.add_ours("WWW-Authenticate", "Bearer");
  return result;
}

std::string done_url(const NpmCall& call, const SecretString& device_code) {
  return call.request.origin + call.parts.config.paths.device + "/npm?login=" +
         wire::url_encode(device_code.reveal());
}

PageResult begin(const NpmCall& call) {
  // npm asks for name and password instead then.
  if (!call.parts.config.device.enabled) return unknown_address();
  const Result<BegunLogin> login = begin_device_login(
      call.parts, call.request, {.client = kNpmClient, .label = kLabel, .scopes = {}});
  if (!login && login.error().code == ErrorCode::kRefused) {
    return refused(429, "too_many_logins", "Too many programs are waiting for a yes.",
                   login.error().detail);
  }
  if (!login) return unavailable(login.error().detail);
  wire::JsonObject object;
  object.add("loginUrl", login->code_url).add("doneUrl", done_url(call, login->device_code));
  return {json_answer(200, object.text()), "device_login_begun", "client npm", {}};
}

PageResult whoami(const NpmCall& call) {
  const model::Step<model::Identity> identity = identified(call.parts, call.request);
  if (!identity) return refused_credential(call, identity.error());
  const std::string& name = identity->profile().user_name;
  if (!policy::scopes_permit(identity->scopes(), call.request.query)) {
    return refused(403, "scope_denied", "The credential is not meant for this.");
  }
  return {json_answer(200, wire::JsonObject().add("username", name).text()), "shown", "", name};
}

// Whoever holds the token may end it, also while its owner may not use it; and npm forgets it only
// if we say that it is ended: one that is dead already is what it wants.
PageResult log_out(const NpmCall& call, std::string_view token) {
  const model::Actor holder{.who = "holder",
                            .address = call.request.query.remote_address,
                            .agent = call.request.hints().user_agent};
  const Result<Leaked> ended =
      revoke_leaked(call.parts.config, call.parts.store, token, call.request.now, holder);
  if (!ended) return unavailable(ended.error().detail);
  PageResult result{json_answer(200, wire::JsonObject().add("ok", true).text()),
                    ended->empty() ? "nothing_to_revoke" : "revoked", {}, {}};
  if (!ended->credentials.empty()) {
    result.detail = "credential " + ended->credentials.front().text();
  }
  return result;
}

// The old login sends a name and a password. A credential is taken as the password and handed back:
// none is made, as a credential makes no other, and no password of a person belongs into a file.
PageResult log_in_by_password(const NpmCall& call, std::string_view name) {
  const Result<wire::Json> body = wire::Json::parse(call.request.body, kBodyBytesMax);
  const Result<std::string> password =
      body ? body->string("password") : fail(ErrorCode::kMalformed, "no JSON");
  if (!password) return refused(400, "malformed", "The body must be JSON with a password.");
  const model::Step<model::Identity> identity = call.parts.resolver.resolve(
      model::BasicPair{std::string(name), SecretString(*password)},
      call.request.query.remote_address, call.request.now, identity::Passwords::kLeave);
  if (!identity && is_trouble(call, identity.error())) {
    return unavailable(identity.error().detail());
  }
  if (!identity || identity->proof() != model::Proof::kJwt) {
    return refused(401, "bad_credential",
                   "Sign in by `npm login --auth-type=web`, or make a credential at " +
                       call.request.origin + call.parts.config.paths.credentials +
                       " and give it as the password.");
  }
  wire::JsonObject object;
  object.add("ok", true)
      .add("id", "org.couchdb.user:" + std::string(name))
      .add("token", *password);
  return {json_answer(201, object.text()), "shown", "", identity->profile().user_name};
}

// npm asks for name and password when it is told 4xx here, which would hide that somebody said no;
// a 200 without a token ends its login.
PageResult no_token(std::string_view text, const char* reason) {
  return refused(200, reason, text);
}

PageResult still_waiting() {
  PageResult result{json_answer(202, "{}"), "authorization_pending", {}, {}};
  result.answer.add_ours("Retry-After", kRetryAfter);
  return result;
}

PageResult failed(const Error& error) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return refused(404, "not_found", "There is no such login, or it was used.");
    case ErrorCode::kConflict:
      return no_token("You hold as many credentials as are allowed.", "credential_limit");
    case ErrorCode::kMalformed:
    case ErrorCode::kExpired:
    case ErrorCode::kRefused: return no_token("Your account was changed.", "account_changed");
    case ErrorCode::kUnavailable:
    case ErrorCode::kInternal: break;
  }
  return unavailable(error.detail);
}

}  // namespace

PageResult NpmPage::serve(const PageRequest& request) {
  const NpmCall call{parts_, request};
  const std::string& method = request.request().method;
  const std::string_view below = request.below;
  if (below == "/v1/login" && method == "POST") return begin(call);
  if (below == "/whoami" && method == "GET") return whoami(call);
  if (below.starts_with(kTokenMark) && method == "DELETE") {
    return log_out(call, below.substr(kTokenMark.size()));
  }
  if (below.starts_with(kUserMark) && method == "PUT") {
    return log_in_by_password(call, below.substr(kUserMark.size()));
  }
  return unknown_address();
}

PageResult NpmDonePage::serve(const PageRequest& request) {
  using store::DeviceState;
  // A HEAD would use the token up and show it to nobody.
  if (request.request().method != "GET") return unknown_address();
  const Result<wire::Form> query = wire::Form::parse(request.request().query);
  const Result<std::optional<std::string>> code =
      query ? query->single("login") : fail(ErrorCode::kMalformed, "no query");
  if (!code || !*code) return unknown_address();
  const Result<CollectedLogin> login = collect_device_login(parts_, request, kNpmClient, **code);
  if (!login) return failed(login.error());
  switch (login->state) {
    case DeviceState::kWaiting:
    case DeviceState::kTooFast: return still_waiting();
    case DeviceState::kDenied: return no_token("The login was refused.", "access_denied");
    case DeviceState::kExpired: return no_token("Nobody said yes in time.", "expired_token");
    case DeviceState::kApproved: break;
  }
  const std::string token(login->issued.token.reveal());
  return {json_answer(200, wire::JsonObject().add("token", token).text()), "issued",
          "credential " + login->issued.record.id.text(), login->account.profile.user_name};
}

}  // namespace latchkey::pages
