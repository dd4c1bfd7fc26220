#include "credential_rotate.h"

#include <optional>
#include <utility>

#include "credential_input.h"
#include "credential_view.h"
#include "latchkey/pages/issue.h"
#include "latchkey/pages/problem.h"

namespace latchkey::pages {
namespace {

// Why a credential cannot be rotated, in words that the general fault has not.
std::optional<Complaint> cannot_rotate(const Call& call, const model::IssuedCredential& record) {
  if (!record.successor.empty()) {
    return Complaint{409, "rotated_before", "This credential was rotated before.",
                     "The one that replaced it can be rotated."};
  }
  if (state_of(record, call.account, call.request.now) == "live") return std::nullopt;
  return Complaint{409, "credential_ended", "This credential has ended.", "Create a new one."};
}

PageResult rotate_own(const Call& call, BodyKind kind, const model::IssuedCredential& record,
                      Seconds overlap) {
  const PageRequest& request = call.request;
  const Result<Issued> issued = rotate(call.parts.config, call.parts.store, call.account, record,
                                       overlap, request.now, call.parts.random,
                                       request.actor(call.account.profile.user_name));
  if (!issued) return failed(call, kind, issued.error());
  const std::string detail =
      "credential " + record.id.text() + " replaced by " + issued->record.id.text();
  if (kind == BodyKind::kForm) {
    return done(secret_page(call.parts, request, call.account, *issued), "rotated", detail);
  }
  return done(json_answer(201, rotated_json(call.account, *issued, record, overlap, request.now)),
              "rotated", detail);
}

}  // namespace

PageResult post_rotate(const Call& call, const CredentialId& id) {
  // Nothing needs to be said with it, so that a program may send no body at all.
  const bool empty = call.request.content_type.empty() && call.request.body.empty();
  const BodyKind kind = empty ? BodyKind::kJson : body_kind(call.request);
  if (kind == BodyKind::kOther) {
    return complain(call, kind,
                    {415, "unsupported_media_type",
                     "Send Content-Type: application/json, or a form.", ""});
  }
  if (std::optional<PageResult> refused = without_proof(call, kind)) return *std::move(refused);
  const Result<RotationForm> asked =
      read_rotation(call.request, kind, call.parts.config.credential);
  if (!asked) return failed(call, kind, asked.error());
  if (kind == BodyKind::kForm) {
    if (std::optional<PageResult> refused = without_token(call, asked->token)) {
      return *std::move(refused);
    }
  }
  const Result<model::IssuedCredential> record = own(call, id);
  if (!record) return failed(call, kind, record.error());
  if (const auto complaint = cannot_rotate(call, *record)) return complain(call, kind, *complaint);
  return rotate_own(call, kind, *record, asked->overlap);
}

}  // namespace latchkey::pages
