#include "credential_call.h"

#include <utility>

#include "latchkey/pages/form_token.h"
#include "latchkey/pages/message.h"
#include "latchkey/pages/problem.h"
#include "latchkey/policy/same_origin.h"

namespace latchkey::pages {
namespace {

Complaint complaint_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kMalformed: return {400, "malformed", error.detail, ""};
    case ErrorCode::kConflict:
      return {409, "credential_limit", "You hold as many credentials as are allowed.",
              "Revoke one that you no longer need, then try again."};
    case ErrorCode::kNotFound:
      return {404, "not_found", "You have no credential of that name.",
              "It may have been removed some time after it ended."};
    case ErrorCode::kRefused:
    case ErrorCode::kExpired:
      return {403, "account_changed", "Your account was changed a moment ago.",
              "Sign in again, then repeat what you did."};
    case ErrorCode::kUnavailable:
    case ErrorCode::kInternal: break;
  }
  return {503, "store_unavailable", "This cannot be done now. Nothing was changed.",
          "Try again in a minute."};
}

}  // namespace

PageResult serve_signed_in(const Parts& parts, const PageRequest& request,
                           const std::function<PageResult(const Call&)>& serve) {
  const model::Step<Visitor> visitor = signed_in(parts, request);
  if (!visitor) return refused_visitor(parts, request, visitor.error());
  const Result<model::Account> account = parts.store.accounts().find(visitor->identity.account());
  if (!account) {
    return refused_visitor(parts, request,
                           model::Decision::refuse(model::Reason::kStoreUnavailable,
                                                   account.error().detail));
  }
  const Call call{parts, request, *visitor, *account};
  PageResult result = serve(call);
  result.user = account->profile.user_name;
  return result;
}

PageResult done(model::Answer answer, std::string reason, std::string detail) {
  return {std::move(answer), std::move(reason), std::move(detail), {}};
}

PageResult complain(const Call& call, BodyKind kind, const Complaint& complaint,
                    std::string detail) {
  if (kind != BodyKind::kForm) {
    return done(problem(complaint.status, complaint.reason, complaint.text), complaint.reason,
                std::move(detail));
  }
  const Message message{.status = complaint.status,
                        .title = "That did not work",
                        .text = complaint.text,
                        .advice = complaint.advice,
                        .reason = complaint.reason,
                        .link_href = call.parts.config.paths.credentials,
                        .link_text = "Back to your credentials",
                        .account = call.account.profile.user_name};
  return done(message_page(call.parts.config.site.title, message), complaint.reason,
              std::move(detail));
}

PageResult failed(const Call& call, BodyKind kind, const Error& error) {
  return complain(call, kind, complaint_of(error), error.detail);
}

Result<store::CredentialAndAccount> answered_for(const Call& call, const CredentialId& id) {
  if (!is_uuid(id.text())) return fail(ErrorCode::kNotFound, "no id");
  LK_TRY(store::CredentialAndAccount found, call.parts.store.credentials().find(id));
  const AccountId& visitor = call.account.id;
  if (found.account.id == visitor || found.account.owner == visitor) return found;
  return fail(ErrorCode::kNotFound, "somebody else's");
}

Result<model::IssuedCredential> own(const Call& call, const CredentialId& id) {
  LK_TRY(store::CredentialAndAccount found, answered_for(call, id));
  if (found.account.id == call.account.id) return std::move(found.credential);
  return fail(ErrorCode::kNotFound, "a machine's");
}

std::optional<PageResult> without_proof(const Call& call, BodyKind kind) {
  if (policy::same_origin(call.request.hints(), call.parts.hosts) == policy::SameOrigin::kProven) {
    return std::nullopt;
  }
  return complain(call, kind,
                  {403, "cross_site", "This did not come from a page of this site.",
                   "Open the page of your credentials here and use its form. If you did, your "
                   "browser hides where requests come from."});
}

std::optional<PageResult> without_token(const Call& call, std::string_view token) {
  if (form_token_matches(call.visitor.session, token)) return std::nullopt;
  return complain(call, BodyKind::kForm,
                  {403, "stale_form", "The form belongs to another sign-in.",
                   "You may have signed in again since it was opened. Open it anew."});
}

}  // namespace latchkey::pages
