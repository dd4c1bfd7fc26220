#include "latchkey/pages/revoke.h"

#include <optional>
#include <string>
#include <utility>

#include "body_kind.h"
#include "latchkey/pages/html.h"
#include "latchkey/pages/leaked.h"
#include "latchkey/pages/message.h"
#include "latchkey/pages/problem.h"
#include "latchkey/wire/accept.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/json_object.h"

namespace latchkey::pages {
namespace {

constexpr std::string_view kDone =
    "If it was a credential of this site, it is revoked and refused from now on.";

bool wants_page(const PageRequest& request) {
  return wire::preferred(request.hints().accept) == wire::Media::kHtml;
}

PageResult answer_of(const Parts& parts, const PageRequest& request, const Message& message) {
  PageResult result;
  result.reason = message.reason;
  if (wants_page(request)) {
    Message shown = message;
    if (message.status == 200) shown.reason.clear();  // nothing to ask for help about
    shown.link_href = parts.config.paths.credentials + "/revoke";
    shown.link_text = message.status == 200 ? "Revoke something else" : "Back to the form";
    result.answer = message_page(parts.config.site.title, shown);
  } else if (message.status == 200) {
    wire::JsonObject object;
    object.add("detail", message.text);
    result.answer = json_answer(200, object.text());
  } else {
    result.answer = problem(message.status, message.reason, message.text);
  }
  return result;
}

// What the field or member `token` says when it is read as the form or JSON that the body is.
std::string decoded_token(const PageRequest& request) {
  switch (body_kind(request)) {
    case BodyKind::kForm: {
      const Result<wire::Form> form = wire::Form::parse(request.body);
      if (!form) return {};
      return form->single("token").value_or(std::nullopt).value_or(std::string());
    }
    case BodyKind::kJson: {
      const Result<wire::Json> json = wire::Json::parse(request.body, kBodyBytesMax);
      return json ? json->string("token").value_or(std::string()) : std::string();
    }
    case BodyKind::kOther: break;
  }
  return {};
}

// The body as it is, whatever it calls itself: curl says of every file that it is a form. Decoded
// besides, because base64 is not the same behind percent signs and backslashes.
std::string pasted(const PageRequest& request) {
  return request.body + "\n" + decoded_token(request);
}

std::string named(const Leaked& leaked) {
  std::string text;
  for (const CredentialId& id : leaked.credentials) {
    text += (text.empty() ? "credential " : ", credential ") + id.text();
  }
  for (const std::string& name : leaked.user_tokens) {
    text += (text.empty() ? "user token " : ", user token ") + name;
  }
  return text;
}

}  // namespace

PageResult RevokePage::revoke(const PageRequest& request) {
  const Message unavailable{.status = 503,
                            .title = "That did not work",
                            .text = "Nothing can be revoked now.",
                            .advice = "Try again in a minute: what you sent may still be alive.",
                            .reason = "store_unavailable"};
  store::Attempts& attempts = parts_.store.attempts();
  const std::string& address = request.query.remote_address;
  const Result<std::optional<Seconds>> wait = attempts.report_retry_after(address, request.now);
  if (!wait) return answer_of(parts_, request, unavailable);
  if (*wait) {
    PageResult result = answer_of(parts_, request,
                                  {.status = 429,
                                   .title = "Too many at once",
                                   .text = "Too much was sent from your network.",
                                   .advice = "Wait a little. One text may hold many credentials.",
                                   .reason = "too_many_attempts"});
    result.answer.add_ours("Retry-After", std::to_string((*wait)->count()));
    return result;
  }
  const Outcome counted = attempts.record_report(address, request.now);
  if (!counted) return answer_of(parts_, request, unavailable);
  // Nobody is signed in: it is whoever holds the secret.
  const model::Actor holder{
      .who = "holder", .address = address, .agent = request.hints().user_agent};
  const auto revoked =
      revoke_leaked(parts_.config, parts_.store, pasted(request), request.now, holder);
  if (!revoked) return answer_of(parts_, request, unavailable);
  PageResult result = answer_of(
      parts_, request,
      {.status = 200, .title = "Done", .text = std::string(kDone), .reason = "reported"});
  result.detail = named(*revoked);
  return result;
}

PageResult RevokePage::serve(const PageRequest& request) {
  if (request.is_post()) return revoke(request);
  View view;
  view.text("action", parts_.config.paths.credentials + "/revoke");
  Frame frame;
  frame.title = "Revoke what was leaked";
  frame.site = parts_.config.site.title;
  PageResult result;
  result.answer = page(Template::kRevoke, view, frame);
  result.reason = "shown";
  return result;
}

}  // namespace latchkey::pages
