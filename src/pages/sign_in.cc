#include "sign_in.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "latchkey/base/ids.h"
#include "latchkey/credential/present.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/pages/html.h"
#include "latchkey/wire/cookie.h"
#include "latchkey/wire/redirect.h"

namespace latchkey::pages {
namespace {

constexpr std::size_t kUserAgentCharsMax = 200;

struct CookieNames {
  std::string_view session;
  std::string_view login;
  wire::Secure secure;
};

constexpr CookieNames kHttpsNames{"__Host-latchkey", "__Host-latchkey-login", wire::Secure::kYes};
constexpr CookieNames kHttpNames{"latchkey", "latchkey-login", wire::Secure::kNo};

const CookieNames& names_of(const SignInParts& parts) {
  return parts.config.site.https ? kHttpsNames : kHttpNames;
}

template <typename Number>
std::optional<Number> read_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string printable(std::string_view text, std::size_t chars_max) {
  std::string out(text.substr(0, chars_max));
  std::erase_if(out, [](char c) { return c < 0x20 || c > 0x7e; });
  return out;
}

model::Session new_session(const SignInParts& parts, const PageRequest& request,
                           const Arrival& arrival) {
  const config::Session& limits = parts.config.session;
  model::Session session;
  session.id = make_uuid_v7(request.now, parts.random);
  session.account = arrival.account.id;
  session.epoch = arrival.account.session_epoch;
  session.provider = arrival.provider;
  session.provider_sid = arrival.sid;
  if (!arrival.id_token.empty()) {
    session.sealed_id_token = parts.sealer.seal(kIdTokenPurpose, session.id,
                                                arrival.id_token.reveal(), parts.random);
  }
  session.created = request.now;
  session.last_seen = request.now;
  session.absolute_end = request.now + limits.absolute;
  session.idle_end = std::min(request.now + limits.idle, session.absolute_end);
  session.address = request.query.remote_address;
  session.user_agent = printable(request.hints().user_agent, kUserAgentCharsMax);
  return session;
}

// One round more when the last one was a moment ago, else the first.
BrowserCookie next_round(std::optional<BrowserCookie> cookie, TimePoint now) {
  BrowserCookie out = std::move(cookie).value_or(BrowserCookie());
  out.rounds = now - out.last_round <= Seconds(60) ? out.rounds + 1 : 1;
  out.last_round = now;
  return out;
}

// Ends the session the browser had before, so that an id planted before the sign-in is worth
// nothing after it.
Outcome end_old_session(const SignInParts& parts, const PageRequest& request) {
  const SecretString old = session_cookie(parts, request);
  if (old.empty()) return {};
  return parts.store.sessions().end_by_token(crypto::sha256(old.reveal()));
}

}  // namespace

std::optional<BrowserCookie> read_browser_cookie(const SignInParts& parts,
                                                 const PageRequest& request) {
  const auto found = wire::find_cookie(request.query.cookies, names_of(parts).login);
  if (!found || !found->has_value()) return std::nullopt;
  std::string_view value = **found;
  BrowserCookie cookie;
  const std::size_t dot = value.find('.');
  cookie.secret = value.substr(0, dot);
  if (!provider::is_browser_secret(cookie.secret)) return std::nullopt;
  if (dot == value.npos) return cookie;
  value.remove_prefix(dot + 1);
  const std::size_t second = value.find('.');
  if (second == value.npos) return cookie;
  const auto rounds = read_number<unsigned>(value.substr(0, second));
  const auto last = read_number<std::uint32_t>(value.substr(second + 1));
  if (rounds.has_value() && last.has_value()) {
    cookie.rounds = *rounds;
    cookie.last_round = from_unix(*last);
  }
  return cookie;
}

void set_browser_cookie(const SignInParts& parts, const BrowserCookie& cookie,
                        model::Answer& answer) {
  wire::CookieAttributes attributes;
  attributes.name = names_of(parts).login;
  attributes.secure = names_of(parts).secure;
  attributes.max_age = provider::kLoginStateLifetime;
  attributes.value = cookie.secret;
  if (cookie.rounds != 0) {
    attributes.value += '.' + std::to_string(cookie.rounds) + '.' +
                        std::to_string(to_unix(cookie.last_round));
  }
  answer.add("Set-Cookie", wire::set_cookie(attributes));
}

SecretString session_cookie(const SignInParts& parts, const PageRequest& request) {
  const std::string_view name = credential::session_cookie_name(parts.config.site);
  const auto found = wire::find_cookie(request.query.cookies, name);
  if (!found || !found->has_value()) return SecretString();
  return SecretString(**found);
}

void clear_cookies(model::Answer& answer) {
  for (const CookieNames& names : {kHttpsNames, kHttpNames}) {
    answer.add("Set-Cookie", wire::expire_cookie(names.session, names.secure));
    answer.add("Set-Cookie", wire::expire_cookie(names.login, names.secure));
  }
}

std::string return_path(const SignInParts& parts, std::string_view rd) {
  const config::Paths& paths = parts.config.paths;
  const std::array<std::string, 4> own{paths.login, paths.callback, paths.logout,
                                       paths.backchannel_logout};
  return wire::safe_redirect(rd, own);
}

std::string login_href(const SignInParts& parts, std::string_view rd) {
  return parts.config.paths.login + "?rd=" + wire::url_encode(rd);
}

PageResult message_page(const SignInParts& parts, const Message& message, std::string detail) {
  View view;
  view.text("text", message.text)
      .text("advice", message.advice)
      .text("code", message.reason)
      .text("link_href", message.link_href)
      .text("link_text", message.link_text);
  Frame frame;
  frame.status = message.status;
  frame.title = message.title;
  frame.site = parts.config.site.title;
  return {page(Template::kMessage, view, frame), message.reason, std::move(detail), ""};
}

PageResult unavailable_page(const SignInParts& parts, std::string detail) {
  Message message;
  message.status = 503;
  message.title = "Not possible right now";
  message.text = "Something that signing in needs does not answer at the moment.";
  message.advice = "Please try again in a few seconds.";
  message.reason = "unavailable";
  PageResult result = message_page(parts, message, std::move(detail));
  add_header(result.answer, "Retry-After", std::to_string(kRetryAfter.count()));
  return result;
}

PageResult malformed_page(const SignInParts& parts, std::string detail) {
  Message message;
  message.title = "This request cannot be read";
  message.text = "It has a part twice, lacks one, or has one in a form that is not understood.";
  message.reason = "malformed_request";
  message.link_href = parts.config.paths.login;
  message.link_text = "Sign in";
  return message_page(parts, message, std::move(detail));
}

PageResult redirect_to(int status, std::string_view location, std::string reason) {
  PageResult result;
  result.answer.status = status;
  add_header(result.answer, "Location", location);
  add_secure_headers(result.answer);
  result.reason = std::move(reason);
  return result;
}

Result<wire::Form> posted_form(const PageRequest& request) {
  constexpr std::string_view kType = "application/x-www-form-urlencoded";
  std::string type = request.content_type.substr(0, request.content_type.find(';'));
  while (type.ends_with(' ')) type.pop_back();
  std::ranges::transform(type, type.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  if (type != kType) return fail(ErrorCode::kMalformed, "a posted body that is no form");
  return wire::Form::parse(request.body);
}

PageResult begin_session(const SignInParts& parts, const PageRequest& request, Arrival arrival,
                         int redirect_status) {
  if (const Outcome ended = end_old_session(parts, request); !ended) {
    return unavailable_page(parts, ended.error().detail);
  }
  const SecretString token(crypto::random_token(parts.random));
  const Outcome created = parts.store.sessions().create(
      new_session(parts, request, arrival), crypto::sha256(token.reveal()), arrival.state.id,
      arrival.state.issued + provider::kLoginStateLifetime);
  const std::string back = return_path(parts, arrival.state.rd);
  if (!created && created.error().code == ErrorCode::kConflict) {
    Message message;
    message.title = "This sign-in was used already";
    message.text = "Each sign-in works once. Perhaps the page was reloaded.";
    message.reason = "state_used";
    message.link_href = back;
    message.link_text = "Go on";
    return message_page(parts, message, created.error().detail);
  }
  if (!created) return unavailable_page(parts, created.error().detail);
  PageResult result = redirect_to(redirect_status, request.origin + back, "signed_in");
  wire::CookieAttributes cookie;
  cookie.name = names_of(parts).session;
  cookie.secure = names_of(parts).secure;
  cookie.value = token.reveal();
  result.answer.add("Set-Cookie", wire::set_cookie(cookie));
  BrowserCookie round = next_round(read_browser_cookie(parts, request), request.now);
  if (!round.secret.empty()) set_browser_cookie(parts, round, result.answer);
  result.user = arrival.account.profile.user_name;
  return result;
}

PageResult account_refused_page(const SignInParts& parts, const Error& error,
                                const std::string& user_name) {
  Message message;
  message.status = 403;
  switch (error.code) {
    case ErrorCode::kConflict:
      message.title = "This user name is taken";
      message.text = "You are known as " + user_name +
                     ", and somebody else who signed in another way has that name here.";
      message.advice = "The administrator can rename or remove the other account.";
      message.reason = "user_name_taken";
      break;
    case ErrorCode::kRefused:
      message.title = "Your account is disabled";
      message.text = "An administrator has disabled the account " + user_name + " here.";
      message.reason = "account_disabled";
      break;
    case ErrorCode::kMalformed:
    case ErrorCode::kExpired:
    case ErrorCode::kNotFound:
    case ErrorCode::kUnavailable:
    case ErrorCode::kInternal: return unavailable_page(parts, error.detail);
  }
  PageResult result = message_page(parts, message, error.detail);
  result.user = user_name;
  return result;
}

}  // namespace latchkey::pages
