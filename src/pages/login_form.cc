#include "login_form.h"

#include <utility>
#include <vector>

#include "latchkey/pages/html.h"
#include "sign_in.h"

namespace latchkey::pages {

PageResult form_page(const SignInParts& parts, const std::string& rd, const BrowserCookie& browser,
                     const FormText& text, TimePoint now) {
  View view;
  view.text("error", text.error).text("user_name", text.user_name);
  view.text("action", parts.config.paths.login);
  view.flag("local", parts.has_form() ? View::Shown::kYes : View::Shown::kNo);
  std::vector<View> buttons;
  for (const auto& provider : parts.providers.all()) {
    View button;
    button.text("title", provider->title())
        .text("href", login_href(parts, rd) + "&provider=" + wire::url_encode(provider->name()));
    buttons.push_back(std::move(button));
  }
  view.list("providers", std::move(buttons));
  const provider::LoginState state = provider::begin_login(
      kLocalForm, rd, browser.secret, now, parts.random);
  View hidden;
  hidden.text("name", "state")
      .text("value", provider::seal_state(state, parts.sealer, parts.random));
  view.list("hidden", {hidden});
  Frame frame;
  frame.status = text.status;
  frame.title = "Sign in";
  frame.site = parts.config.site.title;
  PageResult result{page(Template::kLogin, view, frame), "sign_in_form", "", ""};
  set_browser_cookie(parts, browser, result.answer);
  return result;
}

}  // namespace latchkey::pages
