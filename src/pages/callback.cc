#include "latchkey/pages/callback.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "browser_cookie.h"
#include "latchkey/identity/profile.h"
#include "sign_in.h"
#include "sign_in_message.h"

namespace latchkey::pages {
namespace {

constexpr std::size_t kProviderTextCharsMax = 200;
constexpr std::array<std::string_view, 5> kParameters{"code", "state", "iss", "error",
                                                      "error_description"};

// What came back. Each parameter at most once.
struct Answer {
  std::optional<std::string> code;
  std::optional<std::string> state;
  std::optional<std::string> iss;
  std::optional<std::string> error;
  std::optional<std::string> error_description;
};

Result<Answer> read_answer(const wire::Form& form) {
  Answer answer;
  LK_TRY(answer.code, form.single("code"));
  LK_TRY(answer.state, form.single("state"));
  LK_TRY(answer.iss, form.single("iss"));
  LK_TRY(answer.error, form.single("error"));
  LK_TRY(answer.error_description, form.single("error_description"));
  return answer;
}

// A provider's words as they may be shown. The template escapes them.
std::string shown(std::string_view text) {
  return without_unprintable(text, kProviderTextCharsMax);
}

class Return {
 public:
  Return(const SignInParts& parts, const PageRequest& request) : parts_(parts), request_(request) {}

  PageResult get();
  PageResult post();

 private:
  PageResult bad_state(const Error& error);
  PageResult refused_by_provider(const Answer& answer, const provider::LoginState& state);
  PageResult failed(const Error& error, const provider::Provider& provider,
                    const provider::LoginState& state);
  Outcome note_membership(const provider::Grant& grant, const model::Account& account,
                          const provider::Provider& provider);
  Outcome end_membership(const provider::SignedIn& signed_in);
  PageResult not_admitted(const provider::SignedIn& signed_in, const std::string& user_name,
                          const provider::Provider& provider, const provider::LoginState& state);
  PageResult redeem(const Answer& answer, const provider::LoginState& state);
  PageResult arrive(provider::SignedIn signed_in, const provider::Provider& provider,
                    const provider::LoginState& state);

  const SignInParts& parts_;
  const PageRequest& request_;
};

PageResult Return::bad_state(const Error& error) {
  Message message;
  message.link_href = parts_.config.paths.login;
  message.link_text = "Sign in again";
  if (error.code == ErrorCode::kExpired) {
    message.title = "The sign-in took too long";
    message.text = "A sign-in has to be finished within ten minutes.";
    message.reason = "state_expired";
  } else {
    message.title = "This sign-in was not begun in this browser";
    message.text = "The answer of the sign-in page belongs to no sign-in that this browser began. "
                   "That happens when cookies are off, and when a link from somebody else was "
                   "followed.";
    message.advice = "Allow cookies for this site, then sign in again.";
    message.reason = "state_mismatch";
  }
  return message_page(parts_, message, error.detail);
}

// Only what the specifications list chooses the page; anything else is a failure of the provider.
PageResult Return::refused_by_provider(const Answer& answer, const provider::LoginState& state) {
  const std::string_view error = *answer.error;
  Message message;
  message.link_href = login_href(parts_, state.rd);
  message.link_text = "Sign in again";
  message.advice = shown(answer.error_description.value_or(""));
  if (error == "access_denied") {
    message.status = 403;
    message.title = "You were not signed in";
    message.text = "The sign-in was cancelled or not allowed. The sign-in page may say why:";
    message.reason = "access_denied";
  } else if (error == "login_required" || error == "consent_required" ||
             error == "interaction_required" || error == "account_selection_required") {
    message.status = 403;
    message.title = "The sign-in page asks for more";
    message.text = "Signing in was not possible without asking you something. It says:";
    message.reason = "interaction_required";
  } else {
    message.status = 502;
    message.title = "The sign-in page reports a fault";
    message.text = "Signing in was not possible because of a fault between the two sites. It says:";
    message.reason = "provider_error";
  }
  if (message.advice.empty()) message.text.resize(message.text.rfind('.') + 1);
  return message_page(parts_, message, "the provider answers " + shown(error));
}

PageResult Return::failed(const Error& error, const provider::Provider& provider,
                          const provider::LoginState& state) {
  if (error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kInternal) {
    return unavailable_page(parts_, error.detail);
  }
  return message_page(
      parts_,
      {.status = 502,
       .title = "Signing in did not work",
       .text = provider.title() + " did not answer, or its answer cannot be trusted.",
       .advice = "Please try again. If it stays like this, tell the administrator: the log says "
                 "what was wrong.",
       .reason = "provider_failed",
       .link_href = login_href(parts_, state.rd),
       .link_text = "Sign in again"},
      error.detail);
}

// From here on the housekeeper asks in the person's stead, with what this sign-in brought.
Outcome Return::note_membership(const provider::Grant& grant, const model::Account& account,
                                const provider::Provider& provider) {
  store::Memberships& memberships = parts_.store.memberships();
  if (!config::asks_provider(provider.verifier())) {
    return memberships.signed_in_for_good(account.id);
  }
  const config::Membership& limits = parts_.config.membership;
  return memberships.signed_in(
      account.id, provider.name(),
      provider::seal_grant(grant, account.id, parts_.sealer, parts_.random),
      {.now = request_.now,
       .due = request_.now + limits.every,
       .until = request_.now + limits.age_max()});
}

// Whoever is known here and is no member any more loses what they hold, sign-in or not.
Outcome Return::end_membership(const provider::SignedIn& signed_in) {
  const auto account =
      parts_.store.accounts().find_by_subject(signed_in.issuer, signed_in.subject);
  if (!account && account.error().code == ErrorCode::kNotFound) return {};
  if (!account) return std::unexpected(account.error());
  const store::Ends ends = parts_.config.membership.credentials ? store::Ends::kEverything
                                                                : store::Ends::kSessionsOnly;
  const auto membership = parts_.store.memberships().find(account->id);
  if (!membership && membership.error().code != ErrorCode::kNotFound) {
    return std::unexpected(membership.error());
  }
  // Generation 0 is an end without a row: there is nothing to lose a second time.
  if (membership && membership->generation > 0) {
    return parts_.store.memberships().lose({account->id, membership->generation}, request_.now,
                                           ends, signed_in.unmet->detail);
  }
  const auto by = model::Actor::provider(account->provider);
  store::Accounts& accounts = parts_.store.accounts();
  return ends == store::Ends::kEverything
             ? accounts.end_everything(account->id, request_.now, by)
             : accounts.end_sessions(account->id, request_.now, by);
}

// A page and no redirect: nexus-proxy sent who was no member round and round.
PageResult Return::not_admitted(const provider::SignedIn& signed_in, const std::string& user_name,
                                const provider::Provider& provider,
                                const provider::LoginState& state) {
  if (const Outcome ended = end_membership(signed_in); !ended) {
    return unavailable_page(parts_, ended.error().detail);
  }
  const provider::Unmet& unmet = *signed_in.unmet;
  PageResult result = message_page(
      parts_,
      {.status = 403,
       .title = "You are not allowed in here",
       .text = provider.title() + " knows you as " + shown(user_name) + ", " + unmet.sentence + ".",
       .advice = "If you have just been added, sign in again. Else ask the administrator.",
       .reason = "not_admitted",
       .link_href = login_href(parts_, state.rd),
       .link_text = "Sign in again"},
      unmet.detail);
  result.user = user_name;
  return result;
}

PageResult Return::arrive(provider::SignedIn signed_in, const provider::Provider& provider,
                          const provider::LoginState& state) {
  identity::RawProfile raw;
  raw.user_name = std::move(signed_in.claims.user_name);
  raw.display_name = std::move(signed_in.claims.display_name);
  raw.mail = std::move(signed_in.claims.mail);
  raw.mail_verified = signed_in.claims.mail_proof == provider::MailProof::kVerified;
  raw.groups = std::move(signed_in.claims.groups);
  const auto filtered = identity::filter_profile(raw, parts_.config.identity.delimiter);
  if (!filtered) {
    return message_page(parts_,
                        {.status = 403,
                         .title = "Your user name cannot be used here",
                         .text = filtered.error().detail,
                         .advice = "The administrator can choose another claim of " +
                                   provider.title() + " as the user name.",
                         .reason = "unusable_user_name"},
                        filtered.error().detail);
  }
  const std::string& name = filtered->profile.user_name;
  if (signed_in.unmet) return not_admitted(signed_in, name, provider, state);
  Result<model::Account> account =
      parts_.people.sign_in({.provider = provider.name(),
                             .issuer = signed_in.issuer,
                             .subject = signed_in.subject,
                             .profile = filtered->profile},
                            request_.now, parts_.random);
  if (!account) return account_refused_page(parts_, account.error(), name);
  if (const Outcome noted = note_membership(signed_in.grant, *account, provider); !noted) {
    return unavailable_page(parts_, noted.error().detail);
  }
  PageResult result = begin_session(parts_, request_,
                                    Arrival{*std::move(account), provider.name(), signed_in.sid,
                                            std::move(signed_in.id_token), state},
                                    302);
  for (const std::string& left_out : filtered->left_out) {
    result.detail += (result.detail.empty() ? "" : "; ") + left_out;
  }
  return result;
}

PageResult Return::redeem(const Answer& answer, const provider::LoginState& state) {
  provider::Provider* const provider = parts_.providers.find(state.provider);
  if (provider == nullptr) {
    return bad_state({ErrorCode::kMalformed, "a state of a provider that is not configured"});
  }
  // Asked before the provider is: a replayed answer costs it nothing and tells nobody anything.
  const Result<store::StateUsed> used = parts_.store.sessions().state_used(state.id);
  if (!used) return unavailable_page(parts_, used.error().detail);
  if (*used == store::StateUsed::kYes) {
    return state_used_page(parts_, return_path(parts_, state.rd),
                           "the login state made a session before");
  }
  if (answer.error.has_value()) return refused_by_provider(answer, state);
  if (answer.code.value_or("").empty()) return malformed_page(parts_, "an answer without a code");
  const std::string redirect_uri = request_.origin + parts_.config.paths.callback;
  Result<provider::SignedIn> signed_in =
      provider->finish({SecretString(std::string_view(*answer.code)), answer.iss}, state,
                       redirect_uri, request_.now);
  if (!signed_in) return failed(signed_in.error(), *provider, state);
  return arrive(*std::move(signed_in), *provider, state);
}

PageResult Return::get() {
  const Result<wire::Form> query = wire::Form::parse(request_.request().query);
  if (!query) return malformed_page(parts_, query.error().detail);
  const Result<Answer> answer = read_answer(*query);
  if (!answer) return malformed_page(parts_, answer.error().detail);
  const std::optional<BrowserCookie> cookie = read_browser_cookie(parts_, request_);
  // The browser is compared before anything else of the answer is looked at (O1).
  const Result<provider::LoginState> state =
      provider::open_state(answer->state.value_or(""), cookie.has_value() ? cookie->secret : "",
                           parts_.sealer, request_.now);
  if (!state) return bad_state(state.error());
  return redeem(*answer, *state);
}

// form_post comes from another site, so no SameSite=Lax cookie is with it. The same parameters by a
// GET of the browser bring the cookie along.
PageResult Return::post() {
  const Result<wire::Form> posted = posted_form(request_);
  if (!posted) return malformed_page(parts_, posted.error().detail);
  const Result<wire::Form> query = wire::Form::parse(request_.request().query);
  std::vector<wire::FormField> fields;
  for (const std::string_view name : kParameters) {
    const auto value = posted->single(name);
    if (!value || !query || query->has(name)) {
      return malformed_page(parts_, "a repeated parameter");
    }
    if (value->has_value()) fields.emplace_back(name, **value);
  }
  return redirect_to(303,
                     request_.origin + parts_.config.paths.callback + "?" +
                         wire::form_encode(fields),
                     "form_post");
}

}  // namespace

PageResult CallbackPage::serve(const PageRequest& request) {
  Return back(parts_, request);
  return request.is_post() ? back.post() : back.get();
}

}  // namespace latchkey::pages
