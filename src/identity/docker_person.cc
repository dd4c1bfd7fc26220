#include "docker_person.h"

#include <algorithm>
#include <utility>

#include "identity_maker.h"
#include "live_record.h"
#include "live_user_token.h"
#include "token_reader.h"

namespace latchkey::identity {

using model::Reason;
using model::Step;

// Of a password, or of what the web server vouches for: there is no record that could be revoked,
// so the token ends with either epoch of its account. A user token, which has one, outlives the end
// of all sessions.
Step<DockerPerson::Found> DockerPerson::by_account(const DockerClaims& claims,
                                                   const Outcome& local, TimePoint now) {
  Result<model::Account> account = store_.accounts().find(claims.account);
  if (!account) {
    if (account.error().code != ErrorCode::kNotFound) return unanswered(account.error());
    return model::refuse(Reason::kRevokedCredential, "its owner is gone");
  }
  const bool of_pair = !claims.user_token.empty();
  const bool ended = (!of_pair && account->session_epoch != claims.session_epoch) ||
                     account->credential_epoch != claims.credential_epoch ||
                     account->profile.user_name != claims.user_name;
  store::Owner owner = store::owner_of(*std::move(account));
  LK_CHECK(check_.read_confirmed(owner));
  LK_CHECK(check_.alive(owner, local, now));
  if (ended) return model::refuse(Reason::kRevokedCredential, owner.account.text());
  if (of_pair) return by_user_token(claims, std::move(owner), now);
  LK_CHECK(OwnerCheck::member(owner, now));
  const TimePoint until = std::min(claims.expires, owner.member_until.value_or(claims.expires));
  const auto age = check_.membership_age(owner, now);
  return Found{IdentityMaker::of_vouched(model::Proof::kDockerToken, std::move(owner), until, age),
               std::nullopt, {}};
}

// A renewed pair has another name code.
Step<DockerPerson::Found> DockerPerson::by_user_token(const DockerClaims& claims,
                                                      store::Owner owner, TimePoint now) {
  const Result<store::UserToken> pair = store_.user_tokens().find(claims.account);
  if (!pair && pair.error().code != ErrorCode::kNotFound) return unanswered(pair.error());
  const Result<store::UserTokenSettings> settings =
      store_.user_tokens().settings(config_.user_token);
  if (!settings) return unanswered(settings.error());
  if (!settings->enabled || !pair || pair->name_code != claims.user_token) {
    return model::refuse(Reason::kRevokedCredential, claims.user_token);
  }
  store::PresentedUserToken token{.name_code = pair->name_code,
                                  .created = pair->created,
                                  .last_used = pair->last_used,
                                  .settings = *settings,
                                  .owner = std::move(owner)};
  LK_TRY(const LiveUserToken live, live_user_token(check_, token, *settings, now));
  const TimePoint until = std::min(claims.expires, live.until.value_or(claims.expires));
  return Found{IdentityMaker::of_user_token(std::move(token), until, live.membership_age),
               pair->last_used, claims.account};
}

Step<DockerPerson::Found> DockerPerson::owner_of(const DockerClaims& claims, const Outcome& local,
                                                 TimePoint now) {
  LK_CHECK(check_times(claims.valid_from, claims.expires, "a token for registries", now));
  if (claims.account.empty()) return Found{IdentityMaker::anonymous(), std::nullopt, {}};
  if (claims.credential.empty()) return by_account(claims, local, now);
  LK_TRY(store::PresentedCredential record,
         live_record(store_, check_, {claims.credential, claims.account, claims.user_name}, local,
                     now));
  const auto last_used = record.last_used;
  const auto age = check_.membership_age(record.owner, now);
  LK_CHECK(check_.member_of_credential(record.owner, now));
  return Found{IdentityMaker::of_token(claims.credential, std::move(record), claims.expires, age),
               last_used, {}};
}

Step<DockerPerson::Found> DockerPerson::find(const model::DockerToken& token, const Outcome& local,
                                             TimePoint now) {
  LK_TRY(const DockerClaims* claims,
         reader_.read(token.token.reveal(), DockerUse::kAccess, token.service, now));
  LK_TRY(Found found, owner_of(*claims, local, now));
  found.identity = IdentityMaker::narrowed(std::move(found.identity), claims->grant);
  return found;
}

Step<DockerPerson::Found> DockerPerson::find(const model::DockerRefreshToken& token,
                                             const Outcome& local, TimePoint now) {
  LK_TRY(const DockerClaims* claims,
         reader_.read(token.token.reveal(), DockerUse::kRefresh, token.service, now));
  // Whatever has no record cannot be revoked, and was never given one.
  if (claims->credential.empty() && claims->user_token.empty()) {
    return model::refuse(Reason::kBadCredential, "a refresh token of nothing");
  }
  return owner_of(*claims, local, now);
}

}  // namespace latchkey::identity
