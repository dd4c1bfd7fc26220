#include "browser_cookie.h"

#include <utility>

#include "latchkey/config/cookie_names.h"
#include "latchkey/provider/login_state.h"
#include "latchkey/wire/cookie.h"
#include "latchkey/wire/number.h"

namespace latchkey::pages {
namespace {

const config::CookieNames& names_of(const SignInParts& parts) {
  return config::cookie_names(parts.config.site);
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
  const auto rounds = wire::read_number<unsigned>(value.substr(0, second));
  const auto last = wire::read_number<std::uint32_t>(value.substr(second + 1));
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

// Rounds that are more than a minute apart do not add up.
void count_round(const SignInParts& parts, const PageRequest& request, model::Answer& answer) {
  std::optional<BrowserCookie> cookie = read_browser_cookie(parts, request);
  if (!cookie.has_value()) return;
  cookie->rounds = request.now - cookie->last_round <= kRoundsWithin ? cookie->rounds + 1 : 1;
  cookie->last_round = request.now;
  set_browser_cookie(parts, *cookie, answer);
}

SecretString session_cookie(const SignInParts& parts, const PageRequest& request) {
  const auto found = wire::find_cookie(request.query.cookies, names_of(parts).session);
  if (!found || !found->has_value()) return SecretString();
  return SecretString(**found);
}

void set_session_cookie(const SignInParts& parts, const SecretString& token,
                        model::Answer& answer) {
  wire::CookieAttributes attributes;
  attributes.name = names_of(parts).session;
  attributes.secure = names_of(parts).secure;
  attributes.value = token.reveal();
  answer.add("Set-Cookie", wire::set_cookie(attributes));
}

void clear_cookies(model::Answer& answer) {
  for (const config::CookieNames& names : {config::kHttpsCookies, config::kHttpCookies}) {
    answer.add("Set-Cookie", wire::expire_cookie(names.session, names.secure));
    answer.add("Set-Cookie", wire::expire_cookie(names.login, names.secure));
  }
}

}  // namespace latchkey::pages
