#include "latchkey/pages/credentials.h"

#include <optional>
#include <utility>

#include "credential_call.h"
#include "credential_input.h"
#include "credential_rotate.h"
#include "credential_view.h"
#include "latchkey/pages/form_token.h"
#include "latchkey/pages/html.h"
#include "latchkey/pages/issue.h"
#include "latchkey/pages/problem.h"
#include "latchkey/policy/same_origin.h"
#include "latchkey/wire/accept.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json_object.h"
#include "latchkey/wire/number.h"
#include "visitor.h"

namespace latchkey::pages {
namespace {

constexpr std::string_view kQuickLabel = "quick credential";
constexpr std::string_view kAll = "all";
constexpr std::uint32_t kDeadShownMax = 20;

Result<store::Shown> shown_of(const Call& call) {
  return call.parts.store.credentials().shown(call.account, call.request.now, kDeadShownMax);
}

Result<Held> held_by(const Call& call) {
  Held held;
  LK_TRY(held.own, shown_of(call));
  LK_TRY(std::vector<model::Account> machines,
         call.parts.store.machines().of_owner(call.account.id));
  for (model::Account& machine : machines) {
    LK_TRY(store::Shown shown,
           call.parts.store.credentials().shown(machine, call.request.now, 0));
    held.machines.push_back({std::move(machine), std::move(shown.live)});
  }
  return held;
}

PageResult show_list(const Call& call, const ListNote& note) {
  const Result<Held> held = held_by(call);
  if (!held) return failed(call, BodyKind::kForm, held.error());
  return done(list_page(call.parts, call.account, *held, form_token(call.visitor.session),
                        call.request.now, note),
              note.error.empty() ? "shown" : "malformed");
}

std::size_t page_number(std::string_view text) {
  return wire::read_number<std::uint32_t>(text).value_or(1);
}

// The way back from a revocation names the credential; the notice is given only for one that is the
// visitor's own and is revoked, so that nobody else's link can put words on the page.
ListNote note_of_query(const Call& call) {
  ListNote note;
  const Result<wire::Form> query = wire::Form::parse(call.request.request().query);
  if (!query) return note;
  note.page = page_number(query->single("page").value_or(std::nullopt).value_or(""));
  const Result<std::optional<std::string>> id = query->single("revoked");
  if (!id || !*id) return note;
  if (**id == kAll) {
    const Result<store::Shown> shown = shown_of(call);
    if (shown && shown->live.empty()) note.notice = "All your credentials are revoked.";
    return note;
  }
  const Result<store::CredentialAndAccount> found = answered_for(call, CredentialId(**id));
  if (found && found->credential.revoked) {
    note.notice = "The credential is revoked. It is refused from now on.";
  }
  return note;
}

Result<Issued> issue_here(const Call& call, const Order& order) {
  return issue(call.parts.config, call.parts.store, call.account, order, call.request.now,
               call.parts.random, call.request.actor(call.account.profile.user_name));
}

PageResult issue_as_json(const Call& call, const Order& order, int status) {
  const Result<Issued> issued = issue_here(call, order);
  if (!issued) return failed(call, BodyKind::kJson, issued.error());
  return done(json_answer(status, issued_json(call.account, *issued)), "issued",
              "credential " + issued->record.id.text());
}

// A visit gives a credential, as scripts expect of this address. It must be the person's own doing:
// a foreign page that makes a browser load it, or a browser that loads ahead, gets nothing.
PageResult visit(const Call& call) {
  const model::ClientHints& hints = call.request.hints();
  const std::string& site = hints.sec_fetch_site;
  if (hints.is_prefetch) {
    return complain(call, BodyKind::kJson, {403, "prefetch", "Nothing is issued ahead.", ""});
  }
  // A browser too old for Sec-Fetch-Site still says Origin when a sibling site's script asks.
  const bool foreign =
      policy::same_origin(hints, call.parts.hosts) == policy::SameOrigin::kForeign;
  // What loads an image or a script in no-cors mode is markup, which may be somebody else's.
  if ((site != "none" && foreign) || hints.sec_fetch_mode == "no-cors") {
    return complain(call, BodyKind::kJson,
                    {403, "cross_site", "Another site asked for this.", ""});
  }
  if (call.request.request().method == "HEAD") return done(json_answer(200, ""), "shown");
  Order order;
  order.label = kQuickLabel;
  order.lifetime = call.parts.config.credential.lifetime;
  order.form = call.parts.config.credential.form;
  return issue_as_json(call, order, 200);
}

PageResult get_all(const Call& call) {
  switch (wire::preferred(call.request.hints().accept)) {
    case wire::Media::kHtml: return show_list(call, note_of_query(call));
    case wire::Media::kJson: return visit(call);
    case wire::Media::kOther: break;
  }
  return complain(call, BodyKind::kJson,
                  {406, "not_acceptable", "There is application/json and text/html.", ""});
}

PageResult post_form(const Call& call) {
  Result<OrderForm> form = read_order_form(call.request, call.parts.config.credential);
  if (!form) return failed(call, BodyKind::kForm, form.error());
  if (std::optional<PageResult> refused = without_token(call, form->token)) {
    return *std::move(refused);
  }
  const Result<Issued> issued = issue_here(call, form->order);
  if (!issued && issued.error().code == ErrorCode::kMalformed) {
    return show_list(call, {400, "", issued.error().detail, std::move(form->order)});
  }
  if (!issued) return failed(call, BodyKind::kForm, issued.error());
  return done(secret_page(call.parts, call.request, call.account, *issued), "issued",
              "credential " + issued->record.id.text());
}

PageResult post_all(const Call& call) {
  const BodyKind kind = body_kind(call.request);
  if (kind == BodyKind::kOther) {
    return complain(call, kind,
                    {415, "unsupported_media_type",
                     "Send Content-Type: application/json, or a form.", ""});
  }
  if (std::optional<PageResult> refused = without_proof(call, kind)) return *std::move(refused);
  if (kind == BodyKind::kForm) return post_form(call);
  const Result<Order> order = read_order_json(call.request, call.parts.config.credential);
  if (!order) return failed(call, kind, order.error());
  return issue_as_json(call, *order, 201);
}

Outcome revoke_answered_for(const Call& call, const CredentialId& id) {
  LK_TRY(const store::CredentialAndAccount found, answered_for(call, id));
  return call.parts.store.credentials().revoke(found.credential.id, call.request.now,
                                                call.request.actor(call.account.profile.user_name));
}

PageResult get_one(const Call& call, const CredentialId& id) {
  const Result<store::CredentialAndAccount> found = answered_for(call, id);
  if (!found) return failed(call, BodyKind::kJson, found.error());
  return done(json_answer(200, record_json(call.parts, found->credential, found->account,
                                           call.request.now)),
              "shown");
}

PageResult delete_one(const Call& call, const CredentialId& id) {
  if (std::optional<PageResult> refused = without_proof(call, BodyKind::kJson)) {
    return *std::move(refused);
  }
  const Outcome revoked = revoke_answered_for(call, id);
  if (!revoked) return failed(call, BodyKind::kJson, revoked.error());
  model::Answer answer;
  answer.status = 204;
  add_secure_headers(answer);
  return done(std::move(answer), "revoked", "credential " + id.text());
}

// Back to the list after a form was obeyed; `what` was revoked on that page of it.
model::Answer back_to_list(const Call& call, std::string_view what, std::size_t page) {
  model::Answer answer;
  answer.status = 303;
  answer.add_ours("Location", call.request.origin + call.parts.config.paths.credentials +
                                  "?revoked=" + std::string(what) +
                                  (page > 1 ? "&page=" + std::to_string(page) : ""));
  add_secure_headers(answer);
  return answer;
}

PageResult post_revoke(const Call& call, const CredentialId& id) {
  if (std::optional<PageResult> refused = without_proof(call, BodyKind::kForm)) {
    return *std::move(refused);
  }
  const Result<RevokeForm> form = read_revoke_form(call.request);
  if (!form) return failed(call, BodyKind::kForm, form.error());
  if (std::optional<PageResult> refused = without_token(call, form->token)) {
    return *std::move(refused);
  }
  const Outcome revoked = revoke_answered_for(call, id);
  if (!revoked) return failed(call, BodyKind::kForm, revoked.error());
  return done(back_to_list(call, id.text(), page_number(form->page)), "revoked",
              "credential " + id.text());
}

PageResult post_revoke_all(const Call& call) {
  const BodyKind kind = body_kind(call.request);
  if (std::optional<PageResult> refused = without_proof(call, kind)) return *std::move(refused);
  if (kind == BodyKind::kForm) {
    const Result<RevokeForm> form = read_revoke_form(call.request);
    if (!form) return failed(call, kind, form.error());
    if (std::optional<PageResult> refused = without_token(call, form->token)) {
      return *std::move(refused);
    }
  }
  const Result<std::int64_t> count =
      call.parts.store.credentials().revoke_all(
          call.account.id, call.request.now, call.request.actor(call.account.profile.user_name));
  if (!count) return failed(call, kind, count.error());
  const std::string detail = std::to_string(*count) + " credentials";
  if (kind == BodyKind::kForm) return done(back_to_list(call, kAll, 1), "revoked", detail);
  return done(json_answer(200, wire::JsonObject().add("revoked", *count).text()), "revoked",
              detail);
}

PageResult get_list(const Call& call) {
  const Result<Held> held = held_by(call);
  if (!held) return failed(call, BodyKind::kJson, held.error());
  return done(json_answer(200, list_json(call.parts, *held, call.account, call.request.now)),
              "shown");
}

PageResult wrong_method(const Call& call, std::string_view allowed) {
  PageResult result = complain(
      call, BodyKind::kJson, {405, "method_not_allowed", "That is not done here.", ""});
  result.answer.add_ours("Allow", allowed);
  return result;
}

PageResult answer_all(const Call& call) {
  const std::string& method = call.request.request().method;
  if (method == "GET" || method == "HEAD") {
    PageResult result = get_all(call);
    result.answer.add_ours("Vary", "Accept");
    return result;
  }
  return method == "POST" ? post_all(call) : wrong_method(call, "GET, HEAD, POST");
}

// What a form asks of one credential.
struct Change {
  std::string_view suffix;
  PageResult (*obey)(const Call&, const CredentialId&);
};
constexpr Change kChanges[] = {{"/revoke", post_revoke}, {"/rotate", post_rotate}};

// `below` is /list, /revoke-all, /ID, /ID/revoke or /ID/rotate.
PageResult answer_one(const Call& call, std::string_view below) {
  const std::string& method = call.request.request().method;
  const bool get = method == "GET" || method == "HEAD";
  if (below == "/list") return get ? get_list(call) : wrong_method(call, "GET, HEAD");
  if (below == "/revoke-all") {
    return method == "POST" ? post_revoke_all(call) : wrong_method(call, "POST");
  }
  below.remove_prefix(1);
  for (const auto& [suffix, change] : kChanges) {
    if (!below.ends_with(suffix)) continue;
    below.remove_suffix(suffix.size());
    const CredentialId id{std::string(below)};
    return method == "POST" ? change(call, id) : wrong_method(call, "POST");
  }
  const CredentialId id{std::string(below)};
  if (get) return get_one(call, id);
  return method == "DELETE" ? delete_one(call, id) : wrong_method(call, "GET, HEAD, DELETE");
}

PageResult answer(const Call& call) {
  const std::string& below = call.request.below;
  return below.empty() || below == "/" ? answer_all(call) : answer_one(call, below);
}

}  // namespace

PageResult CredentialsPage::serve(const PageRequest& request) {
  return serve_signed_in(parts_, request, answer);
}

}  // namespace latchkey::pages
