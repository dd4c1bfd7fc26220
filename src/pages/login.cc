#include "latchkey/pages/login.h"

#include <utility>

#include "browser_cookie.h"
#include "latchkey/credential/present.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/identity/profile.h"
#include "latchkey/pages/html.h"
#include "latchkey/policy/same_origin.h"
#include "latchkey/provider/metadata.h"
#include "login_form.h"
#include "sign_in.h"
#include "sign_in_message.h"

namespace latchkey::pages {
namespace {

// The third round in a row: the browser does not keep what it is given.
constexpr unsigned kRoundsMax = 2;
constexpr std::size_t kUserNameShownMax = 255;
constexpr std::string_view kCookieAsked = "cookie";

// One visit of the login page: its parts, its request, and the secret of the browser.
class Visit {
 public:
  Visit(const SignInParts& parts, const PageRequest& request)
      : parts_(parts), request_(request), cookie_(read_browser_cookie(parts, request)) {}

  PageResult get();
  PageResult post();

 private:
  void read_query();
  PageResult begin_at(provider::Provider& provider);
  std::optional<PageResult> vouched();
  PageResult ask_for_cookie();
  PageResult form(const FormText& text);
  PageResult wrong_password(const std::string& user_name);
  PageResult throttled(Seconds wait);
  PageResult arrive(const std::string& user_name, const crypto::Digest& entry,
                    const provider::LoginState& state);
  PageResult arrive(const directory::Person& person, const provider::LoginState& state);
  PageResult unusable_name(const std::string& detail);
  PageResult check(const wire::Form& posted, const provider::LoginState& state);
  PageResult check_local(const std::string& user_name, const SecretString& password,
                         const provider::LoginState& state);
  PageResult check_directory(const std::string& user_name, const SecretString& password,
                             const provider::LoginState& state);
  PageResult already_signed_in(const model::Identity& identity);
  PageResult loop_page();
  PageResult foreign_page(std::string detail);
  // The browser's secret, a fresh one when it has none yet.
  const BrowserCookie& browser();

  const SignInParts& parts_;
  const PageRequest& request_;
  std::optional<BrowserCookie> cookie_;
  std::string rd_ = "/";
  std::optional<std::string> wanted_;  // the provider that was asked for
  bool query_is_clear_ = true;
  bool asked_for_cookie_ = false;
};

const BrowserCookie& Visit::browser() {
  if (!cookie_.has_value()) {
    cookie_ = BrowserCookie{crypto::random_token(parts_.random), 0, TimePoint{}};
  }
  return *cookie_;
}

PageResult Visit::form(const FormText& text) {
  return form_page(parts_, rd_, browser(), text, request_.now);
}

// An `rd` that cannot be read is one that leads to `/`; a repeated `provider` is a broken request.
void Visit::read_query() {
  const Result<wire::Form> query = wire::Form::parse(request_.request().query);
  if (!query) return;
  if (const auto rd = query->single("rd"); rd && rd->has_value()) rd_ = return_path(parts_, **rd);
  const auto wanted = query->single("provider");
  query_is_clear_ = wanted.has_value();
  if (wanted) wanted_ = *wanted;
  asked_for_cookie_ = query->has(kCookieAsked);
}

PageResult Visit::begin_at(provider::Provider& provider) {
  const provider::LoginState state = provider::begin_login(
      provider.name(), rd_, browser().secret, request_.now, parts_.random);
  const std::string sealed = provider::seal_state(state, parts_.sealer, parts_.random);
  const std::string redirect_uri = request_.origin + parts_.config.paths.callback;
  const Result<std::string> url = provider.start(state, sealed, redirect_uri, request_.now);
  if (!url && url.error().code == ErrorCode::kUnavailable) {
    return unavailable_page(parts_, url.error().detail);
  }
  if (!url) {
    return message_page(
        parts_,
        {.status = 502,
         .title = provider.title() + " does not answer",
         .text = "The place where you sign in cannot be reached, or answers what cannot be used.",
         .advice = "Please try again later, or tell the administrator.",
         .reason = "provider_failed",
         .link_href = login_href(parts_, rd_),
         .link_text = "Try again"},
        url.error().detail);
  }
  PageResult result = redirect_to(302, *url, "sent_to_provider");
  set_browser_cookie(parts_, browser(), result.answer);
  return result;
}

// Somebody for whom the web server vouches needs no page, only a session: pages with forms are for
// those who have one. What is wrong with the web server's word leads to the other ways to sign in.
std::optional<PageResult> Visit::vouched() {
  const model::Credential credential = credential::vouched_for(request_.query);
  if (std::holds_alternative<model::NoCredential>(credential)) return std::nullopt;
  const auto identity =
      parts_.resolver.resolve(credential, request_.query.remote_address, request_.now);
  if (!identity) return std::nullopt;
  if (!cookie_.has_value()) return ask_for_cookie();
  const Result<model::Account> account = parts_.store.accounts().find(identity->account());
  if (!account) return unavailable_page(parts_, account.error().detail);
  const provider::LoginState state = provider::begin_login(
      account->provider, rd_, browser().secret, request_.now, parts_.random);
  return begin_session(parts_, request_,
                       Arrival{*account, account->provider, "", SecretString(), state}, 302);
}

// A browser that keeps no cookie would come back here for ever, so it is given one before the
// session and has to show it.
PageResult Visit::ask_for_cookie() {
  if (asked_for_cookie_) return loop_page();
  PageResult result = redirect_to(
      302, request_.origin + login_href(parts_, rd_) + "&" + std::string(kCookieAsked) + "=asked",
      "asked_for_cookie");
  set_browser_cookie(parts_, browser(), result.answer);
  return result;
}

PageResult Visit::already_signed_in(const model::Identity& identity) {
  PageResult result =
      message_page(parts_,
                   {.status = 200,
                    .title = "You are signed in",
                    .text = "You are signed in as " + identity.profile().user_name + ".",
                    .advice = "To sign in as somebody else, sign out first: " + request_.origin +
                              parts_.config.paths.logout,
                    .reason = "already_signed_in",
                    .link_href = rd_,
                    .link_text = "Go on"},
                   "");
  result.user = identity.profile().user_name;
  return result;
}

PageResult Visit::loop_page() {
  PageResult result = message_page(
      parts_,
      {.title = "Your browser does not keep the sign-in",
       .text = "You have signed in several times within a minute, and each time the browser came "
               "back without the cookie that says so.",
       .advice = "Allow cookies for this site, and check that the clock of this computer is right "
                 "and that the address begins with " +
                 request_.origin + ".",
       .reason = "sign_in_loop",
       .link_href = login_href(parts_, rd_),
       .link_text = "Try again"},
      "");
  // Another try by hand begins to count anew.
  set_browser_cookie(parts_, BrowserCookie{browser().secret, 0, TimePoint{}}, result.answer);
  return result;
}

PageResult Visit::foreign_page(std::string detail) {
  return message_page(
      parts_,
      {.status = 403,
       .title = "This form was not sent by this site",
       .text = "A sign-in is accepted only from the form on this site's own page.",
       .reason = "cross_site",
       .link_href = parts_.config.paths.login,
       .link_text = "To the form"},
      std::move(detail));
}

PageResult Visit::get() {
  read_query();
  if (!query_is_clear_) return malformed_page(parts_, "the parameter provider is repeated");
  if (const SecretString token = session_cookie(parts_, request_); !token.empty()) {
    const auto identity = parts_.resolver.resolve_session(token, request_.now);
    if (identity) return already_signed_in(*identity);
    if (identity.error().reason() == model::Reason::kStoreUnavailable) {
      return unavailable_page(parts_, identity.error().detail());
    }
  }
  if (cookie_.has_value() && cookie_->rounds >= kRoundsMax &&
      request_.now - cookie_->last_round <= kRoundsWithin) {
    return loop_page();
  }
  if (wanted_.has_value()) {
    provider::Provider* const provider = parts_.providers.find(*wanted_);
    if (provider == nullptr) return malformed_page(parts_, "there is no such provider");
    return begin_at(*provider);
  }
  if (std::optional<PageResult> page = vouched()) return *std::move(page);
  const auto& all = parts_.providers.all();
  if (!parts_.has_form() && all.size() == 1) return begin_at(*all.front());
  return form({});
}

PageResult Visit::wrong_password(const std::string& user_name) {
  std::string shown = user_name.substr(0, kUserNameShownMax);
  PageResult result = form({.status = 403,
                            .error = "The user name or the password is wrong.",
                            .user_name = shown});
  result.reason = "wrong_password";
  result.user = std::move(shown);
  return result;
}

PageResult Visit::throttled(Seconds wait) {
  PageResult result =
      form({.status = 429,
            .error = "There were too many wrong passwords. Please wait " +
                     std::to_string(wait.count()) + " seconds."});
  result.answer.add_ours("Retry-After", std::to_string(wait.count()));
  result.reason = "too_many_attempts";
  return result;
}

PageResult Visit::unusable_name(const std::string& detail) {
  return message_page(parts_,
                      {.status = 403,
                       .title = "This user name cannot be used here",
                       .text = detail,
                       .reason = "unusable_user_name"},
                      detail);
}

PageResult Visit::arrive(const directory::Person& person, const provider::LoginState& state) {
  Result<model::Account> account = parts_.people.sign_in(person, request_.now, parts_.random);
  if (!account && account.error().code == ErrorCode::kMalformed) {
    return unusable_name(account.error().detail);
  }
  if (!account) return account_refused_page(parts_, account.error(), person.user_name);
  return begin_session(
      parts_, request_,
      Arrival{*std::move(account), config::kLdapName, "", SecretString(), state}, 303);
}

PageResult Visit::arrive(const std::string& user_name, const crypto::Digest& entry,
                         const provider::LoginState& state) {
  identity::RawProfile raw;
  raw.user_name = user_name;
  const auto filtered = identity::filter_profile(raw, parts_.config.identity.delimiter);
  if (!filtered) return unusable_name(filtered.error().detail);
  Result<model::Account> account = parts_.store.accounts().sign_in_local(
      filtered->profile, entry, request_.now, parts_.random);
  if (!account) return account_refused_page(parts_, account.error(), user_name);
  return begin_session(
      parts_, request_,
      Arrival{*std::move(account), std::string(store::kLocalIssuer), "", SecretString(), state},
      303);
}

PageResult Visit::check(const wire::Form& posted, const provider::LoginState& state) {
  const auto user = posted.single("username");
  auto password = posted.single("password");
  if (!user || !password) return malformed_page(parts_, "a field of the form is repeated");
  const SecretString secret(std::move(*password).value_or(""));
  const std::string user_name = user->value_or("");
  // A name that the users file has is looked for there and nowhere else.
  if (parts_.local != nullptr && parts_.directory != nullptr) {
    const Result<provider::Known> known = parts_.local->knows(user_name, request_.now);
    if (!known) return unavailable_page(parts_, known.error().detail);
    if (*known == provider::Known::kYes) return check_local(user_name, secret, state);
  }
  return parts_.directory == nullptr ? check_local(user_name, secret, state)
                                     : check_directory(user_name, secret, state);
}

PageResult Visit::check_local(const std::string& user_name, const SecretString& password,
                              const provider::LoginState& state) {
  const Result<provider::PasswordVerdict> verdict =
      parts_.local->check(user_name, password, request_.query.remote_address, request_.now);
  if (!verdict) return unavailable_page(parts_, verdict.error().detail);
  switch (verdict->kind) {
    case provider::PasswordVerdict::Kind::kThrottled: return throttled(verdict->wait);
    case provider::PasswordVerdict::Kind::kWrong: return wrong_password(user_name);
    case provider::PasswordVerdict::Kind::kGood: return arrive(user_name, verdict->entry, state);
  }
  return wrong_password(user_name);
}

PageResult Visit::check_directory(const std::string& user_name, const SecretString& password,
                                  const provider::LoginState& state) {
  const Result<identity::DirectoryVerdict> verdict = parts_.directory->check(
      user_name, password, request_.query.remote_address, request_.now);
  if (!verdict) return unavailable_page(parts_, verdict.error().detail);
  switch (verdict->kind) {
    case identity::DirectoryVerdict::Kind::kThrottled: return throttled(verdict->wait);
    case identity::DirectoryVerdict::Kind::kBusy:
      return unavailable_page(parts_, "too many slow proofs at once");
    case identity::DirectoryVerdict::Kind::kWrong: return wrong_password(user_name);
    case identity::DirectoryVerdict::Kind::kGood: return arrive(verdict->person, state);
  }
  return wrong_password(user_name);
}

PageResult Visit::post() {
  if (!parts_.has_form()) return malformed_page(parts_, "no passwords are taken here");
  if (policy::same_origin(request_.hints(), parts_.hosts) != policy::SameOrigin::kProven) {
    return foreign_page("no proof of the same origin");
  }
  const Result<wire::Form> posted = posted_form(request_);
  if (!posted) return malformed_page(parts_, posted.error().detail);
  const auto sealed = posted->single("state");
  if (!sealed) return malformed_page(parts_, sealed.error().detail);
  const Result<provider::LoginState> state =
      provider::open_state(sealed->value_or(""), cookie_.has_value() ? cookie_->secret : "",
                           parts_.sealer, request_.now);
  if (!state && state.error().code == ErrorCode::kExpired) {
    PageResult result =
        form({.status = 403, .error = "The form was open for too long. Please sign in now."});
    result.reason = "state_expired";
    return result;
  }
  if (!state) return foreign_page(state.error().detail + "; or cookies are off");
  if (state->provider != kLocalForm) return foreign_page("a state of another sign-in");
  rd_ = return_path(parts_, state->rd);
  return check(*posted, *state);
}

}  // namespace

PageResult LoginPage::serve(const PageRequest& request) {
  Visit visit(parts_, request);
  return request.is_post() ? visit.post() : visit.get();
}

}  // namespace latchkey::pages
