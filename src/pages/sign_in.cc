#include "sign_in.h"

#include <algorithm>
#include <array>
#include <utility>

#include "body_kind.h"
#include "browser_cookie.h"
#include "latchkey/base/ids.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/pages/html.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/redirect.h"
#include "sign_in_message.h"

namespace latchkey::pages {
namespace {

constexpr std::size_t kUserAgentCharsMax = 200;

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
  session.user_agent = without_unprintable(request.hints().user_agent, kUserAgentCharsMax);
  return session;
}

// Ends the session the browser had before, so that an id planted before the sign-in is worth
// nothing after it.
Outcome end_old_session(const SignInParts& parts, const PageRequest& request,
                        const Arrival& arrival) {
  const SecretString old = session_cookie(parts, request);
  if (old.empty()) return {};
  return parts.store.sessions().end_by_token(crypto::sha256(old.reveal()), request.now,
                                              request.actor(arrival.account.profile.user_name));
}

}  // namespace

std::string return_path(const SignInParts& parts, std::string_view rd) {
  const config::Paths& paths = parts.config.paths;
  const std::array<std::string, 4> own{paths.login, paths.callback, paths.logout,
                                       paths.backchannel_logout};
  return wire::safe_redirect(rd, own);
}

std::string login_href(const SignInParts& parts, std::string_view rd) {
  return parts.config.paths.login + "?rd=" + wire::url_encode(rd);
}

std::string without_unprintable(std::string_view text, std::size_t chars_max) {
  std::string out(text.substr(0, chars_max));
  std::erase_if(out, [](char c) { return c != ' ' && !wire::is_visible(c); });
  return out;
}

PageResult redirect_to(int status, std::string_view location, std::string reason) {
  PageResult result;
  result.answer.status = status;
  result.answer.add_ours("Location", location);
  add_secure_headers(result.answer);
  result.reason = std::move(reason);
  return result;
}

Result<wire::Form> posted_form(const PageRequest& request) {
  if (body_kind(request) != BodyKind::kForm) {
    return fail(ErrorCode::kMalformed, "a posted body that is no form");
  }
  return wire::Form::parse(request.body);
}

PageResult begin_session(const SignInParts& parts, const PageRequest& request,
                         const Arrival& arrival, int redirect_status) {
  if (const Outcome ended = end_old_session(parts, request, arrival); !ended) {
    return unavailable_page(parts, ended.error().detail);
  }
  const SecretString token(crypto::random_token(parts.random));
  const Outcome created = parts.store.sessions().create(
      new_session(parts, request, arrival), crypto::sha256(token.reveal()), arrival.state.id,
      arrival.state.issued + provider::kLoginStateLifetime);
  const std::string back = return_path(parts, arrival.state.rd);
  if (!created && created.error().code == ErrorCode::kConflict) {
    return state_used_page(parts, back, created.error().detail);
  }
  if (!created) return unavailable_page(parts, created.error().detail);
  PageResult result = redirect_to(redirect_status, request.origin + back, "signed_in");
  set_session_cookie(parts, token, result.answer);
  count_round(parts, request, result.answer);
  result.user = arrival.account.profile.user_name;
  return result;
}

}  // namespace latchkey::pages
