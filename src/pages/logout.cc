#include "latchkey/pages/logout.h"

#include <optional>
#include <utility>

#include "browser_cookie.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/pages/form_token.h"
#include "latchkey/pages/html.h"
#include "latchkey/policy/same_origin.h"
#include "latchkey/provider/metadata.h"
#include "sign_in.h"
#include "sign_in_message.h"

namespace latchkey::pages {
namespace {

class Leave {
 public:
  Leave(const SignInParts& parts, const PageRequest& request)
      : parts_(parts), request_(request), cookie_(session_cookie(parts, request)) {}

  PageResult get();
  PageResult post();

 private:
  // The session of the cookie, live or not: a dead one may be ended, too.
  Result<store::SessionAndAccount> session();
  PageResult ask(const store::SessionAndAccount& found, const std::string& rd);
  PageResult signed_out(const std::string& rd);
  PageResult refused(std::string detail);
  PageResult end(const store::SessionAndAccount& found, const std::string& rd);
  SecretString id_token_of(const std::string& session_id);
  std::string provider_logout(const store::SessionAndAccount& found, const SecretString& id_token);
  std::string rd_of(const Result<wire::Form>& form);

  const SignInParts& parts_;
  const PageRequest& request_;
  const SecretString cookie_;
};

Result<store::SessionAndAccount> Leave::session() {
  if (cookie_.empty()) return fail(ErrorCode::kNotFound, "no session cookie");
  return parts_.store.sessions().find(crypto::sha256(cookie_.reveal()));
}

std::string Leave::rd_of(const Result<wire::Form>& form) {
  if (!form) return "/";
  const auto rd = form->single("rd");
  return rd && rd->has_value() ? return_path(parts_, **rd) : "/";
}

// Returns the provider's own logout, or nothing when there is none that is known.
std::string Leave::provider_logout(const store::SessionAndAccount& found,
                                   const SecretString& id_token) {
  provider::Provider* const provider = parts_.providers.find(found.session.provider);
  if (provider == nullptr) return {};
  const auto url = provider->logout_url(id_token, request_.origin + parts_.config.paths.logout);
  return url && url->has_value() ? **url : std::string();
}

PageResult Leave::ask(const store::SessionAndAccount& found, const std::string& rd) {
  View token;
  token.text("name", "form_token").text("value", form_token(cookie_));
  View way;
  way.text("name", "rd").text("value", rd);
  View view;
  view.text("action", parts_.config.paths.logout).text("back_href", rd);
  view.text("text", "You are signed in as " + found.account.profile.user_name +
                        ". Credentials for programs keep working after you sign out.");
  view.list("hidden", {token, way});
  Frame frame;
  frame.title = "Sign out?";
  frame.site = parts_.config.site.title;
  frame.account = found.account.profile.user_name;
  // The form's answer leads on to the provider, which Chromium holds form-action against.
  const std::string origin = provider::origin_of(provider_logout(found, SecretString()));
  if (!origin.empty()) frame.form_origins.push_back(origin);
  return {page(Template::kLogout, view, frame), "sign_out_form", "", frame.account};
}

PageResult Leave::signed_out(const std::string& rd) {
  View view;
  view.text("text", "You are signed out here.").text("login_href", login_href(parts_, rd));
  Frame frame;
  frame.title = "Signed out";
  frame.site = parts_.config.site.title;
  PageResult result{page(Template::kSignedOut, view, frame), "signed_out", "", ""};
  // Another site that leads here must not be able to sign anybody out by doing so.
  if (request_.hints().sec_fetch_site != "cross-site") clear_cookies(result.answer);
  return result;
}

PageResult Leave::refused(std::string detail) {
  return message_page(parts_,
                      {.status = 403,
                       .title = "You are still signed in",
                       .text = "The request to sign out did not come from this site's own page.",
                       .reason = "cross_site",
                       .link_href = parts_.config.paths.logout,
                       .link_text = "Sign out"},
                      std::move(detail));
}

SecretString Leave::id_token_of(const std::string& session_id) {
  const Result<std::string> sealed = parts_.store.sessions().sealed_id_token(session_id);
  if (!sealed || sealed->empty()) return SecretString();
  // A key that was replaced since: the provider asks the person instead of believing a hint.
  return parts_.sealer.open(kIdTokenPurpose, session_id, *sealed).value_or(SecretString());
}

PageResult Leave::end(const store::SessionAndAccount& found, const std::string& rd) {
  const SecretString id_token = id_token_of(found.session.id);
  // Our own session ends first, whatever the provider makes of it afterwards.
  const Outcome ended = parts_.store.sessions().end_by_token(
      crypto::sha256(cookie_.reveal()), request_.now,
      request_.actor(found.account.profile.user_name));
  if (!ended) return unavailable_page(parts_, ended.error().detail);
  const std::string elsewhere = provider_logout(found, id_token);
  PageResult result;
  if (!elsewhere.empty()) {
    result = redirect_to(303, elsewhere, "signed_out");
    clear_cookies(result.answer);
  } else if (rd != "/") {
    result = redirect_to(303, request_.origin + rd, "signed_out");
    clear_cookies(result.answer);
  } else {
    result = signed_out(rd);
  }
  result.user = found.account.profile.user_name;
  return result;
}

PageResult Leave::get() {
  const std::string rd = rd_of(wire::Form::parse(request_.request().query));
  const Result<store::SessionAndAccount> found = session();
  if (found) return ask(*found, rd);
  if (found.error().code == ErrorCode::kNotFound) return signed_out(rd);
  return unavailable_page(parts_, found.error().detail);
}

PageResult Leave::post() {
  const Result<wire::Form> posted = posted_form(request_);
  if (!posted) return malformed_page(parts_, posted.error().detail);
  const auto token = posted->single("form_token");
  if (!token) return malformed_page(parts_, token.error().detail);
  if (policy::same_origin(request_.hints(), parts_.hosts) != policy::SameOrigin::kProven) {
    return refused("no proof of the same origin");
  }
  const std::string rd = rd_of(posted);
  const Result<store::SessionAndAccount> found = session();
  if (!found && found.error().code == ErrorCode::kNotFound) return signed_out(rd);
  if (!found) return unavailable_page(parts_, found.error().detail);
  if (!form_token_matches(cookie_, token->value_or(""))) return refused("a wrong form token");
  return end(*found, rd);
}

}  // namespace

PageResult LogoutPage::serve(const PageRequest& request) {
  Leave leave(parts_, request);
  return request.is_post() ? leave.post() : leave.get();
}

}  // namespace latchkey::pages
