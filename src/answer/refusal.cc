#include "latchkey/answer/refusal.h"

#include <string_view>
#include <utility>

#include "body.h"
#include "latchkey/config/cookie_names.h"
#include "latchkey/wire/accept.h"
#include "latchkey/wire/cookie.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/registry.h"
#include "words.h"

namespace latchkey::answer {
namespace {

using config::Challenge;
using model::Answer;
using model::Reason;

constexpr std::size_t kReturnBytesMax = 1024;  // what the sealed state of a sign-in has room for
constexpr std::string_view kPageRules =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// A fetch or XHR: a Basic challenge would make the browser open a dialog over the page.
bool is_script(const model::ClientHints& hints) {
  return hints.has_requested_with ||
         (!hints.sec_fetch_mode.empty() && hints.sec_fetch_mode != "navigate");
}

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

// Where to get a token, and for what: a client asks for just that. Its realm is the configured
// address of the host, whatever a client calls it (D7).
std::string token_challenge(const RefusalSettings& settings, const Refused& refused,
                            Reason reason) {
  const model::CanonicalRequest& request = refused.request;
  const std::string service(refused.token_service);
  std::string text = "Bearer realm=" +
                     in_quotes(settings.hosts.origin_of(service) + settings.docker_token_path) +
                     ",service=" + in_quotes(service);
  const auto demand = wire::registry_demand(request.method, request.path, request.query);
  if (demand && !demand->empty()) text += ",scope=" + in_quotes(wire::registry_scopes(*demand));
  if (reason == Reason::kInsufficientScope) text += ",error=\"insufficient_scope\"";
  else if (reason != Reason::kNoCredential) text += ",error=\"invalid_token\"";
  return text;
}

// The one challenge: Apache joins several into one line, and Docker reads one.
std::string challenge(const RefusalSettings& settings, const Refused& refused, Reason reason) {
  if (!refused.token_service.empty()) return token_challenge(settings, refused, reason);
  const bool script = refused.challenge == Challenge::kBrowser && is_script(refused.hints);
  return (script ? "Bearer realm=" : "Basic realm=") + in_quotes(settings.realm);
}

void add_body(Answer& answer, const RefusalSettings& settings, const Refused& refused,
              Reason reason, const Words& words) {
  // A registry's client may name text/html too, and still reads JSON only.
  if (refused.challenge == Challenge::kDocker) {
    answer.add_ours("Content-Type", "application/json");
    answer.body = error_list(words);
  } else if (wire::asks_for_html(refused.hints.accept)) {
    answer.add_ours("Content-Type", "text/html; charset=utf-8");
    answer.add_ours("Content-Security-Policy", kPageRules);
    answer.body = page(settings, refused, reason, words);
  } else {
    answer.add_ours("Content-Type", "text/plain; charset=utf-8");
    answer.body = text(settings, reason, words);
  }
}

Answer to_sign_in(const RefusalSettings& settings, const Refused& refused) {
  const std::string& target = refused.request.target;
  const bool fits = target.starts_with('/') && target.size() <= kReturnBytesMax;
  Answer answer{.status = 302, .headers = {}, .body = {}};
  answer.add_ours("Location", settings.hosts.origin_of(refused.request.host) +
                                  settings.login_path +
                                  "?rd=" + wire::url_encode(fits ? target : "/"));
  return answer;
}

// Of http and https: whichever of them was planted, both go.
void forget_cookies(Answer& answer) {
  for (const config::CookieNames& names : {config::kHttpsCookies, config::kHttpCookies}) {
    answer.add("Set-Cookie", wire::expire_cookie(names.session, names.secure));
  }
}

int status_of(const Words& words, const Refused& refused, Reason reason) {
  // Somebody who is signed in and disabled would be asked to sign in for ever.
  const bool page = is_navigation(refused.request, refused.hints);
  return reason == Reason::kAccountDisabled && page ? 403 : words.status;
}

// A minute, where the length of the throttle is not known.
std::string throttled_for(const Refused& refused) {
  constexpr Seconds kUnknown{60};
  const bool known = refused.retry_after > Seconds(0);
  return std::to_string((known ? refused.retry_after : kUnknown).count());
}

void add_common(Answer& answer, const Refused& refused) {
  answer.add_ours("Cache-Control", "no-store");
  if (refused.challenge == Challenge::kDocker) {
    answer.add_ours("Docker-Distribution-Api-Version", "registry/2.0");
  } else {
    answer.add_ours("Vary", "Accept, Sec-Fetch-Mode, X-Requested-With");
  }
  answer.add_ours("X-Content-Type-Options", "nosniff");
  answer.add_ours("Referrer-Policy", "no-referrer");
}

}  // namespace

RefusalSettings::RefusalSettings(const config::Config& config)
    : hosts(config),
      realm(config.site.realm),
      title(config.site.title),
      login_path(config.paths.login),
      docker_token_path(config.paths.docker_token) {}

bool is_navigation(const model::CanonicalRequest& request, const model::ClientHints& hints) {
  if (request.method != "GET" && request.method != "HEAD") return false;
  if (!hints.sec_fetch_mode.empty()) return hints.sec_fetch_mode == "navigate";
  return !hints.has_requested_with && wire::asks_for_html(hints.accept);
}

Answer refusal(const RefusalSettings& settings, const Refused& refused, Reason reason) {
  const Words& words = words_of(reason);
  const bool sign_in = words.course == Course::kSignIn &&
                       refused.challenge == Challenge::kBrowser &&
                       is_navigation(refused.request, refused.hints);
  Answer answer;
  if (sign_in) {
    answer = to_sign_in(settings, refused);
  } else {
    answer.status = status_of(words, refused, reason);
    if (answer.status == 401) {
      answer.add_ours("WWW-Authenticate", challenge(settings, refused, reason));
    }
    if (answer.status == 503) answer.add_ours("Retry-After", "5");
    if (answer.status == 429) answer.add_ours("Retry-After", throttled_for(refused));
    add_body(answer, settings, refused, reason, words);
  }
  if (reason == Reason::kDuplicateCookie) forget_cookies(answer);
  add_common(answer, refused);
  return answer;
}

Answer health() {
  Answer answer{.status = 200, .headers = {}, .body = {}};
  answer.add_ours("Cache-Control", "no-store");
  return answer;
}

}  // namespace latchkey::answer
