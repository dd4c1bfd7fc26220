#include "latchkey/pages/user_token_form.h"

#include <optional>
#include <utility>

#include "credential_call.h"
#include "date_text.h"
#include "latchkey/pages/form_token.h"
#include "latchkey/pages/html.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/form.h"
#include "user_token_pair.h"

namespace latchkey::pages {
namespace {

// What the page speaks of besides the call.
struct Shown {
  const UserTokenPair* pair = nullptr;  // null: its secret is not shown
  std::string notice{};
};

model::Actor actor_of(const Call& call) {
  return call.request.actor(call.account.profile.user_name);
}

std::string settings_xml(const Call& call, const UserTokenPair& pair) {
  return "<server>\n  <id>" + call.request.request().host + "</id>\n  <username>" +
         pair.token.name_code + "</username>\n  <password>" +
         std::string(pair.pass_code.reveal()) + "</password>\n</server>\n";
}

void add_pair(View& view, const Call& call, const UserTokenPair& pair) {
  const std::string code(pair.pass_code.reveal());
  view.text("name_code", pair.token.name_code)
      .text("pass_code", code)
      .text("basic", wire::base64_encode(pair.token.name_code + ":" + code))
      .text("settings", settings_xml(call, pair));
}

void add_state(View& view, const Call& call, const store::UserToken& token,
               const store::UserTokenSettings& settings) {
  const auto expires = store::expiry_of(token.created, settings);
  view.flag("has_pair", View::Shown::kYes)
      .text("created", date_text(token.created))
      .text("expires", expires ? date_text(*expires) : "")
      .text("expired", store::has_expired(token.created, settings, call.request.now) ? "expired"
                                                                                     : "")
      .text("used",
            last_use_text(token.last_used, token.last_used_from, token.last_used_by));
}

PageResult show(const Call& call, const Shown& shown, std::string reason) {
  const Result<store::UserTokenSettings> settings =
      call.parts.store.user_tokens().settings(call.parts.config.user_token);
  if (!settings) return failed(call, BodyKind::kForm, settings.error());
  const Result<store::UserToken> token = call.parts.store.user_tokens().find(call.account.id);
  if (!token && token.error().code != ErrorCode::kNotFound) {
    return failed(call, BodyKind::kForm, token.error());
  }
  const std::string& credentials = call.parts.config.paths.credentials;
  View view;
  // Every name is said: mustache would look a missing one up elsewhere.
  view.text("off", settings->enabled ? "" : "off")
      .text("notice", shown.notice)
      .text("name_code", "")
      .text("expired", "")
      .flag("has_pair", View::Shown::kNo)
      .text("action", credentials + kUserTokenBelow)
      .text("form_token", form_token(call.visitor.session))
      .text("back_href", credentials);
  if (token) add_state(view, call, *token, *settings);
  if (shown.pair != nullptr) add_pair(view, call, *shown.pair);
  Frame frame;
  frame.title = "Your user token";
  frame.site = call.parts.config.site.title;
  frame.account = call.account.profile.user_name;
  return done(page(Template::kUserToken, view, frame), std::move(reason));
}

PageResult reset(const Call& call) {
  const Outcome ended = call.parts.store.user_tokens().reset(call.account.id, call.request.now,
                                                             actor_of(call));
  if (!ended && ended.error().code != ErrorCode::kNotFound) {
    return failed(call, BodyKind::kForm, ended.error());
  }
  return show(call, {nullptr, "Your user token has ended. It is refused from now on."},
              "user_token_reset");
}

// Where they are switched off there is none, and an expired one is only renewed.
PageResult hand_out(const Call& call, const crypto::Sealer& sealer, PairWish wish) {
  const Result<store::UserTokenSettings> settings =
      call.parts.store.user_tokens().settings(call.parts.config.user_token);
  if (!settings) return failed(call, BodyKind::kForm, settings.error());
  if (!settings->enabled) {
    return complain(call, BodyKind::kForm,
                    {400, "user_tokens_off", "User tokens are switched off here.", ""});
  }
  const Result<UserTokenPair> pair = user_token_pair(
      call.parts, sealer, call.account,
      {call.account.profile.user_name, call.account.provider, actor_of(call)}, wish,
      call.request.now);
  if (!pair && pair.error().code == ErrorCode::kExpired) {
    return complain(call, BodyKind::kForm,
                    {410, "expired", "Your user token has expired.",
                     "Open its page and replace it by a new one."});
  }
  if (!pair) return failed(call, BodyKind::kForm, pair.error());
  const bool replaced = pair->age == PairAge::kReplacement;
  return show(call, {&*pair, replaced ? "This is a new one. The old one is refused." : ""},
              reason_of(*pair));
}

PageResult post(const Call& call, const crypto::Sealer& sealer) {
  if (auto refused = without_proof(call, BodyKind::kForm)) return *std::move(refused);
  const Result<wire::Form> form = wire::Form::parse(call.request.body);
  const auto token = form ? form->single("form_token") : std::unexpected(form.error());
  const auto what = form ? form->single("do") : std::unexpected(form.error());
  if (!token || !what) {
    return complain(call, BodyKind::kForm, {400, "malformed", "The form cannot be read.", ""});
  }
  if (auto refused = without_token(call, token->value_or(""))) return *std::move(refused);
  if (*what == "show") return hand_out(call, sealer, PairWish::kShownOrMade);
  if (*what == "renew") return hand_out(call, sealer, PairWish::kRenewed);
  if (*what == "reset") return reset(call);
  return complain(call, BodyKind::kForm, {400, "malformed", "That is not done here.", ""});
}

}  // namespace

PageResult UserTokenFormPage::serve(const PageRequest& request) {
  return serve_signed_in(parts_, request, [&](const Call& call) {
    return request.is_post() ? post(call, sealer_) : show(call, {}, "shown");
  });
}

}  // namespace latchkey::pages
