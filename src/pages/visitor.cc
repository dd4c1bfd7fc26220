#include "visitor.h"

#include <optional>
#include <utility>

#include "latchkey/answer/refusal.h"
#include "latchkey/config/cookie_names.h"
#include "latchkey/credential/present.h"
#include "latchkey/pages/problem.h"
#include "latchkey/wire/cookie.h"

namespace latchkey::pages {
namespace {

model::Step<SecretString> session_cookie(const Parts& parts, const PageRequest& request) {
  const Result<std::optional<std::string_view>> found = wire::find_cookie(
      request.query.cookies, config::cookie_names(parts.config.site).session);
  if (!found && found.error().code == ErrorCode::kConflict) {
    return model::refuse(model::Reason::kDuplicateCookie, "two session cookies");
  }
  // We never made such a value; a sign-in replaces it.
  if (!found) return model::refuse(model::Reason::kUnknownSession, found.error().detail);
  return *found ? SecretString(**found) : SecretString();
}

}  // namespace

model::Step<model::Identity> identified(const Parts& parts, const PageRequest& request) {
  LK_TRY(const model::Credential credential,
         credential::present(request.query, config::AuthorizationUse::kLatchkey,
                             config::cookie_names(parts.config.site).session));
  LK_TRY(model::Identity identity,
         parts.resolver.resolve(credential, request.query.remote_address, request.now));
  if (identity.anonymous()) return model::refuse(model::Reason::kNoCredential, "nothing was sent");
  return identity;
}

model::Step<Visitor> signed_in(const Parts& parts, const PageRequest& request) {
  std::optional<AccountId> named;
  if (request.query.authorization) {
    LK_TRY(const model::Identity sender, identified(parts, request));
    named = sender.account();
  }
  LK_TRY(SecretString session, session_cookie(parts, request));
  if (session.empty()) {
    return named ? model::refuse(model::Reason::kScopeDenied, "a credential without a session")
                 : model::refuse(model::Reason::kNoCredential, "no session cookie was sent");
  }
  LK_TRY(model::Identity identity, parts.resolver.resolve_session(session, request.now));
  if (named && *named != identity.account()) {
    return model::refuse(model::Reason::kScopeDenied, "credential and session of two people");
  }
  return Visitor{std::move(identity), std::move(session)};
}

PageResult refused_visitor(const Parts& parts, const PageRequest& request,
                           const model::Decision& refused) {
  PageResult result;
  result.reason = std::string(model::name_of(refused.reason()));
  result.detail = refused.detail();
  if (refused.reason() == model::Reason::kScopeDenied) {
    result.answer =
        problem(403, "session_required",
                "A signed-in browser session is needed here. A credential cannot be used "
                "to make, list or revoke credentials.");
  } else {
    const answer::RefusalSettings settings(parts.config);
    result.answer = answer::refusal(
        settings,
        {request.request(), request.hints(), config::Challenge::kBrowser, refused.retry_after},
        refused.reason());
  }
  return result;
}

}  // namespace latchkey::pages
