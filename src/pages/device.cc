// What a person sees and decides. Codes are guessed here or nowhere, so wrong ones are counted as
// wrong passwords are.
#include "latchkey/pages/device.h"

#include <algorithm>
#include <expected>
#include <optional>
#include <utility>
#include <vector>

#include "credential_call.h"
#include "credential_input.h"
#include "date_text.h"
#include "device_login.h"
#include "latchkey/base/joined.h"
#include "latchkey/pages/form_token.h"
#include "latchkey/pages/html.h"
#include "latchkey/pages/message.h"
#include "latchkey/policy/scope.h"
#include "latchkey/wire/form.h"
#include "user_code.h"

namespace latchkey::pages {
namespace {

// Under which name the wrong codes of one person are counted. A user name holds no such id.
std::string counted_name(const Call& call) { return "device codes of " + call.account.id.text(); }

Frame frame_of(const Call& call, std::string title, int status = 200) {
  Frame frame;
  frame.status = status;
  frame.title = std::move(title);
  frame.site = call.parts.config.site.title;
  frame.account = call.account.profile.user_name;
  return frame;
}

PageResult ask_for_code(const Call& call, int status, const std::string& error,
                        const std::string& typed) {
  View view;
  view.flag("ask", View::Shown::kYes)
      .text("action", call.parts.config.paths.device)
      .text("user_name", call.account.profile.user_name)
      .text("error", error)
      .text("code", typed);
  return done(page(Template::kDevice, view, frame_of(call, "Connect a program", status)),
              error.empty() ? "shown" : "unknown_code");
}

PageResult confirm(const Call& call, const store::DeviceLogin& login) {
  const std::string& here = call.request.query.remote_address;
  const std::string scopes = joined(login.scopes, ", ");
  const bool read_only = std::ranges::find(login.scopes, policy::kReadScope) != login.scopes.end();
  View view;
  view.flag("confirm", View::Shown::kYes)
      .text("action", call.parts.config.paths.device)
      .text("user_name", call.account.profile.user_name)
      .text("form_token", form_token(call.visitor.session))
      .text("code", shown_user_code(login.user_code))
      .text("program", login.client)
      .text("label", login.client == kNpmClient ? "" : login.label)
      .text("address", login.address)
      .text("elsewhere", login.address == here ? "" : here)
      .text("asked", date_text(login.created))
      .text("scopes", scopes)
      .flag("read_only", read_only ? View::Shown::kYes : View::Shown::kNo)
      .text("days", std::to_string(call.parts.config.credential.lifetime.count()))
      .text("days_max", std::to_string(call.parts.config.credential.lifetime_max.count()));
  return done(page(Template::kDevice, view,
                   frame_of(call, "Connect " + login.client + "?")),
              "shown");
}

PageResult not_found(const Call& call, const Error& error, const std::string& typed) {
  if (error.code != ErrorCode::kNotFound) return failed(call, BodyKind::kForm, error);
  return ask_for_code(call, 404,
                      "Nothing waits under that code. It may be mistyped, used or too old: start "
                      "the program's login again.",
                      typed);
}

PageResult wait_first(const Call& call, Seconds wait) {
  const std::string seconds = std::to_string(wait.count());
  PageResult result = complain(call, BodyKind::kForm,
                               {429, "too_many_attempts", "There were too many wrong codes.",
                                "Wait " + seconds + " seconds, then try again."});
  result.answer.add_ours("Retry-After", seconds);
  return result;
}

// Finds what waits under the code, or else the page that says so. A wrong one is counted against
// the person who typed it.
std::expected<store::DeviceLogin, PageResult> find_counted(const Call& call,
                                                           const std::string& typed) {
  store::Attempts& attempts = call.parts.store.attempts();
  const std::string name = counted_name(call);
  const std::string& address = call.request.query.remote_address;
  const auto wait = attempts.retry_after(name, address, call.request.now);
  if (!wait) return std::unexpected(failed(call, BodyKind::kForm, wait.error()));
  if (*wait) return std::unexpected(wait_first(call, **wait));
  const std::optional<std::string> code = read_user_code(typed);
  Result<store::DeviceLogin> found =
      code ? call.parts.store.device_logins().find(*code, call.request.now)
           : fail(ErrorCode::kNotFound, "no code");
  if (found) return *std::move(found);
  if (found.error().code == ErrorCode::kNotFound) {
    const Outcome counted = attempts.record_failure(name, address, call.request.now);
    if (!counted) return std::unexpected(failed(call, BodyKind::kForm, counted.error()));
  }
  return std::unexpected(not_found(call, found.error(), typed));
}

PageResult show(const Call& call) {
  const Result<wire::Form> query = wire::Form::parse(call.request.request().query);
  const Result<std::optional<std::string>> typed =
      query ? query->single("code") : Result<std::optional<std::string>>();
  if (!typed || !*typed) return ask_for_code(call, 200, "", "");
  // Another site's links must not use up the person's tries: they type, or press the button.
  const std::string& site = call.request.hints().sec_fetch_site;
  if (site == "cross-site" || site == "same-site") {
    return ask_for_code(call, 200, "", **typed);
  }
  const auto login = find_counted(call, **typed);
  return login ? confirm(call, *login) : login.error();
}

PageResult told(const Call& call, std::string title, std::string text, const char* reason) {
  const Message message{.status = 200,
                        .title = std::move(title),
                        .text = std::move(text),
                        .link_href = call.parts.config.paths.credentials,
                        .link_text = "Your credentials",
                        .account = call.account.profile.user_name};
  return done(message_page(call.parts.config.site.title, message), reason);
}

enum class Choice { kApprove, kDeny };

struct Decision {
  OrderForm form;  // what the program is given: never more than it asked for
  std::string code;
  Choice choice = Choice::kDeny;
};

Result<Decision> read_decision(const Call& call) {
  LK_TRY(OrderForm form, read_order_form(call.request, call.parts.config.credential));
  LK_TRY(const wire::Form fields, wire::Form::parse(call.request.body));
  LK_TRY(const std::optional<std::string> code, fields.single("code"));
  LK_TRY(const std::optional<std::string> choice, fields.single("decision"));
  if (choice != "approve" && choice != "deny") {
    return fail(ErrorCode::kMalformed, "The form says neither yes nor no.");
  }
  return Decision{std::move(form), code.value_or(""),
                  choice == "approve" ? Choice::kApprove : Choice::kDeny};
}

PageResult deny(const Call& call, const store::DeviceLogin& login) {
  const Outcome denied = call.parts.store.device_logins().deny(
      login.user_code, call.account, call.request.now,
      call.request.actor(call.account.profile.user_name));
  if (!denied) return not_found(call, denied.error(), login.user_code);
  return told(call, "Refused", "The program gets nothing.", "device_login_denied");
}

PageResult approve(const Call& call, const store::DeviceLogin& login, Order order) {
  order.label = login.label;
  // Of several scopes of one kind any is enough, so that another one of the form's would widen.
  const bool only_reads = std::ranges::find(order.scopes, policy::kReadScope) != order.scopes.end();
  order.scopes = login.scopes;
  if (only_reads && std::ranges::find(order.scopes, policy::kReadScope) == order.scopes.end()) {
    order.scopes.emplace_back(policy::kReadScope);
  }
  const Outcome good = check_order(order, call.parts.config.credential);
  if (!good) return failed(call, BodyKind::kForm, good.error());
  const Outcome approved = call.parts.store.device_logins().approve(
      login.user_code, call.account, {std::move(order.scopes), order.lifetime}, call.request.now,
      call.request.actor(call.account.profile.user_name));
  if (!approved) return not_found(call, approved.error(), login.user_code);
  return told(call, "Done", "The program gets its credential. Go back to your terminal.",
              "device_login_approved");
}

PageResult post(const Call& call) {
  if (std::optional<PageResult> refused = without_proof(call, BodyKind::kForm)) {
    return *std::move(refused);
  }
  Result<Decision> decision = read_decision(call);
  if (!decision) return failed(call, BodyKind::kForm, decision.error());
  if (std::optional<PageResult> refused = without_token(call, decision->form.token)) {
    return *std::move(refused);
  }
  const auto login = find_counted(call, decision->code);
  if (!login) return login.error();
  switch (decision->choice) {
    case Choice::kDeny: return deny(call, *login);
    case Choice::kApprove: break;
  }
  return approve(call, *login, std::move(decision->form.order));
}

}  // namespace

PageResult DevicePage::serve(const PageRequest& request) {
  return serve_signed_in(parts_, request, request.is_post() ? post : show);
}

}  // namespace latchkey::pages
