// One's own pair: a ticket for a password, the pair for the ticket.
#include <utility>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/user_token.h"
#include "latchkey/policy/same_origin.h"
#include "latchkey/wire/authorization.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/field_value.h"
#include "latchkey/wire/form.h"
#include "user_token_calls.h"
#include "user_token_pair.h"

namespace latchkey::pages {
namespace {

using model::Proof;
using model::is_ambient;
using Refused = std::optional<UserTokenRefusal>;

// Whether the owner was asked for a password; if not, there is none.
bool has_shown_password(Proof proof) {
  return proof == Proof::kPassword || proof == Proof::kUserToken;
}

// What another credential could be turned into would outlive it and hold more than it may.
Refused another_credential(const UserTokenCall& call) {
  const Proof proof = call.who.proof();
  if (is_ambient(proof) || has_shown_password(proof)) return std::nullopt;
  return UserTokenRefusal{403, "session_required",
                          "A credential gives no user token. Sign in by a browser, or send your "
                          "password."};
}

// The pair stands in the answer, so that nothing may make a browser ask for it but its owner.
Refused unasked_visit(const UserTokenCall& call) {
  if (!is_ambient(call.who.proof())) return std::nullopt;
  const model::ClientHints& hints = call.request.hints();
  if (hints.is_prefetch) return UserTokenRefusal{403, "prefetch", "Nothing is shown ahead."};
  const bool foreign =
      policy::same_origin(hints, call.parts.hosts) == policy::SameOrigin::kForeign;
  if (!foreign || hints.sec_fetch_site == "none") return std::nullopt;
  return UserTokenRefusal{403, "cross_site", "Another site asked for this."};
}

std::optional<SecretString> decoded(
    const std::vector<std::pair<std::string, std::string>>& members, std::string_view name) {
  const std::optional<std::string> text = member_of(members, name);
  if (!text) return std::nullopt;
  Result<std::string> bytes = wire::base64_decode(*text);
  if (!bytes) return std::nullopt;
  return SecretString(*std::move(bytes));
}

bool is_password_of_basic(const UserTokenCall& call, const SecretString& password) {
  if (!call.request.query.authorization || !has_shown_password(call.who.proof())) return false;
  const auto sent = wire::parse_authorization(call.request.query.authorization->reveal());
  const auto* basic = sent ? std::get_if<wire::Basic>(&*sent) : nullptr;
  return basic != nullptr &&
         equal_in_constant_time(basic->password.reveal(), password.reveal());
}

// The password in the body is the owner's: the one that Basic has just proven, or one that is
// looked at as Basic would be, with the same throttle.
std::optional<PageResult> wrong_password(const UserTokenCall& call, const SecretString& password) {
  if (is_ambient(call.who.proof()) && password.empty()) return std::nullopt;
  if (is_password_of_basic(call, password)) return std::nullopt;
  const model::Credential pair = model::BasicPair{.user = call.account.profile.user_name,
                                                  .password = password.copy()};
  const auto proven =
      call.parts.resolver.resolve(pair, call.request.query.remote_address, call.request.now);
  if (proven && has_shown_password(proven->proof()) && proven->account() == call.account.id) {
    return std::nullopt;
  }
  if (!proven) {
    const model::Reason reason = proven.error().reason();
    if (reason == model::Reason::kTooManyAttempts || reason == model::Reason::kBusy ||
        reason == model::Reason::kStoreUnavailable) {
      return unidentified(call.parts, call.request, proven.error());
    }
  }
  return refuse_call({403, "wrong_password", "Authentication failed"});
}

PageResult give_ticket(const UserTokenCall& call) {
  const SecretString ticket = crypto::make_ticket(call.parts.random);
  const Outcome kept = call.parts.store.user_tokens().add_ticket(
      crypto::sha256(ticket.reveal()), call.account.id, call.request.now);
  if (!kept) return failed_call(kept.error());
  return answer_call(call, 200, "authTicket", {{"t", &ticket}},
                     "ticket_issued");
}

// The ticket as a client of any version sends it: in the query or in a field.
Result<std::string> sent_ticket(const PageRequest& request) {
  LK_TRY(const wire::Form query, wire::Form::parse(request.request().query));
  LK_TRY(const std::optional<std::string> in_query, query.single("authToken"));
  if (in_query && !request.nexus_ticket.empty()) {
    return fail(ErrorCode::kMalformed, "a ticket in the query and another in a field");
  }
  return in_query.value_or(request.nexus_ticket);
}

// Uses up the ticket. Whoever has no password to show needs none, but a wrong one is refused.
std::optional<PageResult> without_ticket(const UserTokenCall& call) {
  const Result<std::string> sent = sent_ticket(call.request);
  if (!sent) return failed_call(sent.error());
  if (sent->empty() && is_ambient(call.who.proof())) return std::nullopt;
  const std::optional<SecretString> ticket = crypto::read_ticket(*sent);
  Outcome redeemed = fail(ErrorCode::kNotFound, sent->empty() ? "no ticket" : "no ticket of ours");
  if (ticket) {
    redeemed = call.parts.store.user_tokens().redeem_ticket(crypto::sha256(ticket->reveal()),
                                                            call.account.id, call.request.now);
  }
  if (redeemed) return std::nullopt;
  if (redeemed.error().code != ErrorCode::kNotFound) return failed_call(redeemed.error());
  return refuse_call({403, "wrong_ticket", "Invalid authentication ticket",
                      redeemed.error().detail});
}

PageResult not_shown(const Error& error) {
  if (error.code == ErrorCode::kExpired) {
    return refuse_call({410, "expired", "The user token has expired. Renew it by POST.",
                        error.detail});
  }
  if (error.code == ErrorCode::kConflict) {
    return refuse_call({409, "not_shown_again",
                        "The user token cannot be shown again. Renew it with your password.",
                        error.detail});
  }
  return failed_call(error);
}

PageResult show(const UserTokenCall& call, PairWish wish) {
  const model::Profile& profile = call.account.profile;
  const Result<UserTokenPair> pair =
      user_token_pair(call.parts, call.sealer, call.account,
                      {profile.user_name, call.account.provider, call.actor()}, wish,
                      call.request.now);
  if (!pair) return not_shown(pair.error());
  return answer_call(call, 200, "userToken",
                     {{"nameCode", pair->token.name_code},
                      {"passCode", &pair->pass_code},
                      {"created", nexus_time(pair->token.created)}},
                     reason_of(*pair), pair->token.name_code);
}

PageResult reset(const UserTokenCall& call) {
  const Outcome done =
      call.parts.store.user_tokens().reset(call.account.id, call.request.now, call.actor());
  return done ? empty_answer("user_token_reset") : failed_call(done.error());
}

}  // namespace

PageResult authenticate(const UserTokenCall& call) {
  if (const Refused refused = another_credential(call)) return refuse_call(*refused);
  if (const Refused refused = unasked_change(call)) return refuse_call(*refused);
  const auto members = read_members(call.request);
  if (!members) return failed_call(members.error());
  const std::optional<SecretString> user = decoded(*members, "u");
  std::optional<SecretString> password = decoded(*members, "p");
  if (is_ambient(call.who.proof()) && !member_of(*members, "p")) password = SecretString();
  if (!user || !password) {
    return refuse_call({400, "malformed", "u and p must be the user name and the password, each "
                                          "in base64."});
  }
  if (user->reveal() != call.account.profile.user_name) {
    return refuse_call({400, "wrong_user_name", "Username mismatch",
                        "the body names " + wire::printable(user->reveal().substr(0, 255))});
  }
  if (std::optional<PageResult> refused = wrong_password(call, *password)) {
    return *std::move(refused);
  }
  return give_ticket(call);
}

PageResult own_token(const UserTokenCall& call) {
  if (const Refused refused = another_credential(call)) return refuse_call(*refused);
  const bool visit = call.method() == "GET";
  const Refused unasked = visit ? unasked_visit(call) : unasked_change(call);
  if (unasked) return refuse_call(*unasked);
  // A pair that could renew itself would have no end.
  const bool by_itself = call.who.proof() == Proof::kUserToken;
  if (call.method() == "POST" && by_itself) {
    return refuse_call({403, "session_required", "A user token does not renew itself."});
  }
  if (std::optional<PageResult> refused = without_ticket(call)) return *std::move(refused);
  if (call.method() == "DELETE") return reset(call);
  if (!visit) return show(call, PairWish::kRenewed);
  return show(call, by_itself ? PairWish::kShown : PairWish::kShownOrMade);
}

PageResult own_attributes(const UserTokenCall& call) {
  const Result<store::UserToken> token = call.parts.store.user_tokens().find(call.account.id);
  if (!token) return failed_call(token.error());
  if (store::has_expired(token->created, call.settings, call.request.now)) {
    return refuse_call({410, "expired", "The user token has expired."});
  }
  const auto expires = store::expiry_of(token->created, call.settings);
  UserTokenMembers members{{"expirationEnabled", call.settings.expiration_enabled}};
  if (expires) {
    members.insert(members.begin(),
                   {"expirationTimeTimestamp", std::to_string(to_unix(*expires) * 1000)});
  }
  return answer_call(call, 200, "userTokenAttributes", members, "shown");
}

}  // namespace latchkey::pages
