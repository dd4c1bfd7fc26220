#include "latchkey/dialect/question.h"

#include <algorithm>
#include <utility>

#include "latchkey/wire/chars.h"
#include "latchkey/wire/host.h"
#include "latchkey/wire/readings.h"
#include "vouched.h"

namespace latchkey::dialect {
namespace {

using fcgi::Params;
using model::Mode;
using model::Reason;

constexpr std::size_t kMethodBytesMax = 32;

std::optional<Mode> mode_of(std::string_view word, fcgi::Role role, model::Transport transport) {
  const bool responder = role == fcgi::Role::kResponder;
  if (word == "check") return Mode::kCheck;
  // In the AUTHORIZER role a 200 lets the request through, so the modes whose 200 means another
  // thing do not exist there.
  if (word == "forward" && responder) return Mode::kForward;
  if (word == "refused" && responder) return Mode::kRefused;
  // Its approval is a redirect that CGI alone defines; elsewhere it would be a 200.
  if (word == "gate" && transport == model::Transport::kCgi) return Mode::kGate;
  if (word.empty() && !responder) return Mode::kWhole;
  return std::nullopt;
}

// The first that is there and not empty: servers pass an empty parameter for an unset variable.
std::string_view first_of(const Params& params, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const std::string_view value = params.get(name);
    if (!value.empty()) return value;
  }
  return {};
}

model::Scheme scheme_of(const Params& params) {
  const std::string_view said = first_of(params, {"LATCHKEY_SCHEME", "REQUEST_SCHEME"});
  const bool https = said.empty() ? params.get("HTTPS") == "on" : said == "https";
  return https ? model::Scheme::kHttps : model::Scheme::kHttp;
}

model::Step<std::string> method_of(const Params& params, Mode mode) {
  // Apache's ErrorDocument turns every method into GET and keeps the client's under this name.
  const std::string_view method =
      mode == Mode::kRefused || mode == Mode::kGate
          ? first_of(params, {"LATCHKEY_METHOD", "REDIRECT_REQUEST_METHOD", "REQUEST_METHOD"})
          : first_of(params, {"LATCHKEY_METHOD", "REQUEST_METHOD"});
  if (wire::is_token(method) && method.size() <= kMethodBytesMax) return std::string(method);
  return model::refuse(Reason::kMalformedRequest, "no method, or none that could be one");
}

model::Step<wire::Target> target_of(const Params& params, wire::Semicolon semicolon) {
  Result<wire::Target> target = wire::canonical_target(params.get("REQUEST_URI"), semicolon);
  if (target) return *std::move(target);
  const bool ambiguous = target.error().code == ErrorCode::kRefused;
  return model::refuse(ambiguous ? Reason::kAmbiguousTarget : Reason::kMalformedRequest,
                       target.error().detail);
}

// Cuts `;name=value` off each segment, as canonical_target did with the raw path.
std::string without_parameters(std::string_view path) {
  std::string result;
  bool cutting = false;
  for (const char c : path) {
    if (c == ';') cutting = true;
    if (c == '/') cutting = false;
    if (!cutting) result += c;
  }
  return result;
}

// LATCHKEY_PATH is the web server's own reading of the path (nginx: $uri of the protected location,
// by protect.conf; lighttpd: uri.path). Where it differs from ours, one of the two would be judged
// and the other one served. Other names are not looked at: in a subrequest SCRIPT_NAME and
// DOCUMENT_URI are the check's.
model::Step<void> agree_on_path(std::string_view servers, const wire::Target& target) {
  if (servers.empty() || servers == target.path) return {};
  const std::string plain = wire::with_slashes_decoded(target.path);
  if (servers == plain || without_parameters(servers) == plain) return {};
  return model::refuse(Reason::kAmbiguousTarget, "the web server reads the path differently");
}

bool same_authority(const wire::Authority& a, const wire::Authority& b) {
  return a.host == b.host && (!a.port || !b.port || a.port == b.port);
}

model::Step<std::string> host_of(const Params& params, const wire::Target& target) {
  const Result<wire::Authority> host = wire::parse_authority(params.get("HTTP_HOST"));
  if (!host) return model::refuse(Reason::kUnknownHost, host.error().detail);
  if (target.authority && !same_authority(*target.authority, *host)) {
    return model::refuse(Reason::kMalformedRequest, "the target names another host than Host");
  }
  const std::string_view servers = params.get("LATCHKEY_HOST");
  if (!servers.empty() && servers != host->host) {
    const Result<wire::Authority> chosen = wire::parse_authority(servers);
    if (!chosen || !same_authority(*chosen, *host)) {
      return model::refuse(Reason::kMalformedRequest,
                           "the web server takes another host than Host");
    }
  }
  return host->host;
}

// Servers have it under the one name or the other, some under both.
bool has_form_body(const Params& params) {
  for (const std::string_view name : {"CONTENT_TYPE", "HTTP_CONTENT_TYPE"}) {
    if (!params.find(name)) continue;
    if (params.any_has(name, "form-urlencoded") || params.any_has(name, "multipart")) return true;
  }
  return false;
}

model::ClientHints hints_of(const Params& params) {
  const auto text = [&](std::string_view name) { return std::string(params.get(name)); };
  const auto sent = [&](std::string_view name) { return !params.get(name).empty(); };
  return {.accept = text("HTTP_ACCEPT"),
          .user_agent = text("HTTP_USER_AGENT"),
          .origin = text("HTTP_ORIGIN"),
          .sec_fetch_site = text("HTTP_SEC_FETCH_SITE"),
          .sec_fetch_mode = text("HTTP_SEC_FETCH_MODE"),
          .has_requested_with = sent("HTTP_X_REQUESTED_WITH"),
          .wants_upgrade = sent("HTTP_UPGRADE"),
          .is_prefetch = params.get("HTTP_SEC_PURPOSE").contains("prefetch") ||
                         params.get("HTTP_PURPOSE").contains("prefetch") ||
                         params.get("HTTP_X_MOZ").contains("prefetch"),
          .has_form_body = has_form_body(params)};
}

// What must hold of the call as a whole before anything of the request is believed.
model::Step<void> check_call(const Params& params, model::Transport transport,
                             const QuestionSettings& settings) {
  if (params.too_large()) return model::refuse(Reason::kMalformedRequest, "too many parameters");
  // Any local account can reach a TCP port; only the web server knows the secret.
  if (model::is_tcp(transport) && !settings.peer_secret.empty() &&
      !equal_in_constant_time(params.get("LATCHKEY_PEER_SECRET"), settings.peer_secret)) {
    return model::refuse(Reason::kInternal, "LATCHKEY_PEER_SECRET is missing or wrong");
  }
  return {};
}

model::Step<void> read_request(const Params& params, const QuestionSettings& settings,
                               model::AuthQuery& query) {
  model::CanonicalRequest& request = query.request;
  request.scheme = scheme_of(params);
  LK_TRY(request.method, method_of(params, query.call.mode));
  LK_TRY(wire::Target target, target_of(params, settings.semicolon));
  LK_CHECK(agree_on_path(params.get("LATCHKEY_PATH"), target));
  request.path = std::move(target.path);
  request.has_encoded_slash = target.has_encoded_slash;
  request.query = std::move(target.query);
  request.target = std::move(target.origin_form);
  LK_TRY(request.host, host_of(params, target));
  if (params.authorization_repeated()) {
    return model::refuse(Reason::kMalformedCredential, "two Authorization fields");
  }
  read_vouched(params, settings, query);
  return {};
}

model::Step<void> check_mode(const Params& params, fcgi::Role role, model::Transport transport) {
  if (mode_of(params.get("LATCHKEY_MODE"), role, transport)) return {};
  return model::refuse(Reason::kInternal, "LATCHKEY_MODE is missing, or none of this role");
}

// In mode `gate` an approval sends the web server back to what was asked. That must not be the gate
// itself, and must not have brought the request here already: it would go round for ever.
model::Step<void> check_gate(const Params& params, const model::AuthQuery& query) {
  if (query.call.mode != Mode::kGate) return {};
  const std::string_view script = params.get("SCRIPT_NAME");
  if (script.empty() || wire::path_has_prefix(query.request.path, script)) {
    return model::refuse(Reason::kMalformedRequest, "the gate itself was asked");
  }
  if (params.get("REDIRECT_REDIRECT_SCRIPT_NAME") != script) return {};
  return model::refuse(Reason::kInternal,
                       "the gate's redirect came back; the web server's configuration must let "
                       "through what comes from " + std::string(script));
}

void read_fields(const Params& params, model::Transport transport, model::AuthQuery& query) {
  query.hints = hints_of(params);
  query.cookies = params.get("HTTP_COOKIE");
  query.remote_address = params.get("REMOTE_ADDR");
  query.transport = transport;
  // Some servers pass an empty parameter for a field that was not sent.
  const std::string_view authorization = params.get("HTTP_AUTHORIZATION");
  if (!authorization.empty()) query.authorization = SecretString(authorization);
}

// Whether a check approved or saw a health probe is for nobody to hand on: it is judged anew.
std::optional<Reason> handed_on(const Params& params) {
  const std::optional<std::string_view> word = params.find("LATCHKEY_REASON");
  if (!word) return std::nullopt;
  const std::optional<Reason> reason = model::reason_named(*word);
  if (!reason || *reason == Reason::kAllowed || *reason == Reason::kHealth) {
    return Reason::kNoCredential;
  }
  return reason;
}

}  // namespace

model::Call call_of(const fcgi::Params& params, fcgi::Role role, model::Transport transport) {
  return {.mode = mode_of(params.get("LATCHKEY_MODE"), role, transport).value_or(Mode::kCheck),
          .form = role == fcgi::Role::kAuthorizer ? model::IdentityForm::kVariables
                                                  : model::IdentityForm::kHeaders};
}

Question read_page_question(const fcgi::Params& params, model::Transport transport,
                            const QuestionSettings& settings) {
  Question question;
  model::AuthQuery& query = question.query;
  read_fields(params, transport, query);
  model::Step<void> good = check_call(params, transport, settings);
  if (good) good = read_request(params, settings, query);
  if (!good) question.fault = std::move(good).error();
  return question;
}

Question read_question(const fcgi::Params& params, fcgi::Role role, model::Transport transport,
                       const QuestionSettings& settings) {
  Question question;
  model::AuthQuery& query = question.query;
  query.call = call_of(params, role, transport);
  query.handed_on = handed_on(params);
  read_fields(params, transport, query);
  model::Step<void> good = check_call(params, transport, settings);
  if (good) good = check_mode(params, role, transport);
  if (good) good = read_request(params, settings, query);
  if (good) good = check_gate(params, query);
  if (!good) question.fault = std::move(good).error();
  return question;
}

}  // namespace latchkey::dialect
