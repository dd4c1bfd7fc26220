#include "latchkey/identity/resolver.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "directory_proof.h"
#include "docker_person.h"
#include "identity_maker.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/crypto/short_token.h"
#include "latchkey/identity/profile.h"
#include "latchkey/store/store.h"
#include "latchkey/telemetry/log.h"
#include "latchkey/wire/field_value.h"
#include "legacy_tokens.h"
#include "live_record.h"
#include "local_proof.h"
#include "local_users.h"
#include "owner_check.h"
#include "token_reader.h"
#include "user_tokens.h"
#include "vouched_accounts.h"

namespace latchkey::identity {
namespace {

using model::Identity;
using model::Reason;
using model::Step;

constexpr Seconds kSessionTouchEveryMax{60};
constexpr Seconds kCredentialTouchEvery{300};
constexpr Seconds kTouchPause{2};  // after a last use could not be written
constexpr std::size_t kSessionTokenBytes = 43;  // of crypto::random_token
constexpr std::size_t kUserAgentBytesMax = 200;

// A password of this form is a token: three parts, of which the first begins a JSON object.
bool looks_like_token(std::string_view text) {
  return text.starts_with("eyJ") && std::ranges::count(text, '.') == 2;
}

// A token without `kid` is none of ours; nexus-proxy's have none.
bool names_no_key(std::string_view text) {
  const Result<crypto::UnverifiedToken> token = crypto::UnverifiedToken::parse(text);
  return token && token->key_id().empty();
}

// How coarsely the use of a session is noted. A session ends that much too early at most, so this
// is a small part of its idle time.
Seconds session_touch_every(const config::Session& session) {
  return std::min(kSessionTouchEveryMax, session.idle / 4);
}

// What is left to write when the reply is out.
struct Touch {
  std::string session;      // empty: none
  TimePoint idle_end{};     // of the session
  CredentialId credential;  // empty: none
  AccountId user_token;     // whose; empty: none
};

}  // namespace

struct Resolver::Parts {
  Step<Identity> resolve(const model::NoCredential&, TimePoint now);
  Step<Identity> resolve(const model::SessionCookie& cookie, TimePoint now);
  Step<Identity> resolve(const model::BasicPair& pair, TimePoint now);
  Step<Identity> resolve(const model::BearerToken& bearer, TimePoint now);
  Step<Identity> resolve(const model::DockerToken& token, TimePoint now);
  Step<Identity> resolve(const model::DockerRefreshToken& token, TimePoint now);
  Step<Identity> resolve(const model::ClientCertificate& certificate, TimePoint now);
  Step<Identity> resolve(const model::RemoteUser& user, TimePoint now);
  Step<Identity> of_docker(Step<DockerPerson::Found> found, TimePoint now);
  void note_use(const CredentialId& credential, std::optional<TimePoint> last_used, TimePoint now);
  Step<std::optional<Identity>> by_user_token(const model::BasicPair& pair, TimePoint now);
  Step<Identity> by_token(std::string_view text, const std::string* user, TimePoint now);
  Step<Identity> by_short_token(std::string_view text, const std::string* user, TimePoint now);
  Step<Identity> of_record(CredentialId id, store::PresentedCredential credential,
                           TimePoint token_end, TimePoint now);
  Step<Identity> by_legacy_token(std::string_view text, TimePoint now);
  Step<Identity> by_password(const model::BasicPair& pair, TimePoint now);
  Step<model::Account> proven_owner(const model::BasicPair& pair, TimePoint now);
  Step<Identity> of_vouched(model::Proof proof, Step<VouchedAccount> found, const Outcome& local,
                            TimePoint now);

  const config::Config& config;
  store::Store& store;
  const telemetry::Log& log;
  OwnerCheck check;
  TokenReader tokens;
  LocalUsers local_users;
  LocalProof local_proof;
  VouchedAccounts vouched;
  LegacyTokens legacy;
  DockerPerson docker;
  UserTokens user_tokens;
  std::optional<DirectoryProof> directory;  // nullopt: its passwords are not taken
  std::string_view remote_address{};  // of the request in hand
  Passwords passwords = Passwords::kTry;
  Touch touch{};
  TimePoint no_touch_before{};
};

Resolver::Resolver(const config::Config& config, store::Store& store, SlowGate& gate,
                   Random& random, const telemetry::Log& log, directory::Directory* directory)
    : parts_(std::make_unique<Parts>(
          config, store, log, OwnerCheck(config, store),
          TokenReader(config, crypto::KeyDirectory(config.credential.key_directory)),
          LocalUsers(config.local, store),
          LocalProof(store, gate, random,
                     config.ldap ? RefusalBeat::Keep::kYes : RefusalBeat::Keep::kNo),
          VouchedAccounts(config, store, gate, random, log, directory),
          LegacyTokens(config.legacy),
          DockerPerson(config, store),
          UserTokens(config, store),
          DirectoryProof::make(config, store, gate, random, directory))) {}
Resolver::Resolver(Resolver&&) noexcept = default;
Resolver::~Resolver() = default;

Step<Identity> Resolver::Parts::resolve(const model::NoCredential&, TimePoint) {
  return IdentityMaker::anonymous();
}

Step<Identity> Resolver::Parts::resolve(const model::SessionCookie& cookie, TimePoint now) {
  const std::string_view token = cookie.token.reveal();
  if (token.size() != kSessionTokenBytes) {
    return model::refuse(Reason::kUnknownSession, "no value of ours");
  }
  const Outcome local = local_users.watch(now);
  Result<store::PresentedSession> found = store.sessions().presented(crypto::sha256(token));
  if (!found) {
    if (found.error().code != ErrorCode::kNotFound) return unanswered(found.error());
    return model::refuse(Reason::kUnknownSession, "no such session");
  }
  store::PresentedSession& session = *found;
  LK_CHECK(check.alive(session.owner, local, now));
  if (session.epoch != session.owner.epoch || now >= session.idle_end ||
      now >= session.absolute_end) {
    return model::refuse(Reason::kExpiredSession, session.id);
  }
  LK_CHECK(OwnerCheck::member(session.owner, now));
  if (now >= session.last_seen + session_touch_every(config.session)) {
    touch.session = session.id;
    touch.idle_end = std::min(now + config.session.idle, session.absolute_end);
  }
  const auto age = check.membership_age(session.owner, now);
  return IdentityMaker::of_session(std::move(session), age);
}

Step<Identity> Resolver::Parts::resolve(const model::BearerToken& bearer, TimePoint now) {
  const std::string_view text = bearer.token.reveal();
  return crypto::looks_like_short_token(text) ? by_short_token(text, nullptr, now)
                                              : by_token(text, nullptr, now);
}

Step<Identity> Resolver::Parts::resolve(const model::BasicPair& pair, TimePoint now) {
  const std::string_view password = pair.password.reveal();
  if (crypto::looks_like_short_token(password)) return by_short_token(password, &pair.user, now);
  if (user_tokens.may_be(pair)) {
    LK_TRY(std::optional<Identity> owner, by_user_token(pair, now));
    if (owner) return *std::move(owner);
  }
  const bool passwords_count = config.local.basic || directory;
  if (passwords_count && !looks_like_token(password)) return by_password(pair, now);
  return by_token(password, &pair.user, now);
}

Step<Identity> Resolver::Parts::resolve(const model::DockerToken& token, TimePoint now) {
  return of_docker(docker.find(token, local_users.watch(now), now), now);
}

Step<Identity> Resolver::Parts::resolve(const model::DockerRefreshToken& token, TimePoint now) {
  return of_docker(docker.find(token, local_users.watch(now), now), now);
}

Step<Identity> Resolver::Parts::of_docker(Step<DockerPerson::Found> found, TimePoint now) {
  if (!found) return std::unexpected(std::move(found).error());
  if (!found->last_used || now >= *found->last_used + kCredentialTouchEvery) {
    touch.user_token = found->user_token;
    if (touch.user_token.empty()) touch.credential = found->identity.credential();
  }
  return std::move(found->identity);
}

void Resolver::Parts::note_use(const CredentialId& credential, std::optional<TimePoint> last_used,
                               TimePoint now) {
  if (!last_used || now >= *last_used + kCredentialTouchEvery) touch.credential = credential;
}

Step<std::optional<Identity>> Resolver::Parts::by_user_token(const model::BasicPair& pair,
                                                             TimePoint now) {
  const Outcome local = local_users.watch(now);
  LK_TRY(std::optional<ProvenUserToken> proven, user_tokens.find(pair, local, now));
  if (!proven) return std::nullopt;
  store::PresentedUserToken& token = proven->token;
  if (!token.last_used || now >= *token.last_used + kCredentialTouchEvery) {
    touch.user_token = token.owner.account;
  }
  return IdentityMaker::of_user_token(std::move(token), proven->valid_until,
                                      proven->membership_age);
}

Step<Identity> Resolver::Parts::resolve(const model::ClientCertificate& certificate,
                                        TimePoint now) {
  const Outcome local = local_users.watch(now);
  return of_vouched(model::Proof::kCertificate, vouched.find(certificate, local_users, now), local,
                    now);
}

Step<Identity> Resolver::Parts::resolve(const model::RemoteUser& user, TimePoint now) {
  const Outcome local = local_users.watch(now);
  return of_vouched(model::Proof::kRemoteUser, vouched.find(user, local_users, now), local, now);
}

Step<Identity> Resolver::Parts::of_vouched(model::Proof proof, Step<VouchedAccount> found,
                                           const Outcome& local, TimePoint now) {
  if (!found) return std::unexpected(std::move(found).error());
  store::Owner owner = store::owner_of(std::move(found->account));
  LK_CHECK(check.read_confirmed(owner));
  LK_CHECK(check.alive(owner, local, now));
  LK_CHECK(OwnerCheck::member(owner, now));
  TimePoint until = std::min(found->valid_until, owner.member_until.value_or(found->valid_until));
  // Without [ldap] an old answer is nobody's.
  if (config.ldap) until = std::min(until, owner.directory_until.value_or(until));
  const auto age = check.membership_age(owner, now);
  return IdentityMaker::of_vouched(proof, std::move(owner), until, age);
}

// As nexus-proxy did, the user name of Basic is not looked at. Whoever has not signed in here yet
// is the name and nothing else; whoever has is their account, with its groups and its end.
Step<Identity> Resolver::Parts::by_legacy_token(std::string_view text, TimePoint now) {
  LK_TRY(LegacyClaims claims, legacy.read(text, now));
  if (!is_user_name(claims.user_name)) {
    return model::refuse(Reason::kBadCredential, "an old token of a name that is none here");
  }
  const Outcome local = local_users.watch(now);
  const TimePoint until = std::min(claims.expires, config.legacy.until);
  store::Owner owner;
  owner.profile.user_name = claims.user_name;
  Result<model::Account> account = store.accounts().find_by_name(claims.user_name);
  if (account) {
    // The token is in no record: with whatever of its person was ended, it was ended, too.
    const bool ended = account->credential_epoch > 0 || (account->provider == store::kLocalIssuer &&
                                                         !local_users.has(claims.user_name));
    owner = store::owner_of(*std::move(account));
    LK_CHECK(check.read_confirmed(owner));
    LK_CHECK(check.alive(owner, local, now));
    if (ended) return model::refuse(Reason::kRevokedCredential, "an old token of an ended account");
    if (config.membership.credentials) LK_CHECK(OwnerCheck::member(owner, now));
  } else if (account.error().code != ErrorCode::kNotFound) {
    return unanswered(account.error());
  }
  const TimePoint end = std::min(until, owner.member_until.value_or(until));
  return IdentityMaker::of_legacy_token(std::move(owner), end);
}

// The one check of our tokens, for Bearer (`user` is null) and for Basic. What the claims say is
// compared with the record and its owner as they are now.
Step<Identity> Resolver::Parts::by_token(std::string_view text, const std::string* user,
                                         TimePoint now) {
  Step<TokenClaims> read = tokens.read(text, now);
  if (!read && legacy.taken(now) && names_no_key(text)) return by_legacy_token(text, now);
  LK_TRY(TokenClaims claims, std::move(read));
  const std::string& id = claims.credential.text();
  LK_CHECK(check_times(claims.valid_from, claims.expires, id, now));
  if (names_another(user, claims.user_name)) return model::refuse(Reason::kWrongUserName, id);
  const Outcome local = local_users.watch(now);
  LK_TRY(store::PresentedCredential credential,
         live_record(store, check, {claims.credential, claims.account, claims.user_name}, local,
                     now));
  return of_record(std::move(claims.credential), std::move(credential), claims.expires, now);
}

Step<Identity> Resolver::Parts::by_short_token(std::string_view text, const std::string* user,
                                               TimePoint now) {
  LK_TRY(store::PresentedShort found,
         live_short_record(store, check, text, user, local_users.watch(now), now));
  const TimePoint end = found.credential.expires;
  return of_record(std::move(found.id), std::move(found.credential), end, now);
}

// What both forms end with.
Step<Identity> Resolver::Parts::of_record(CredentialId id, store::PresentedCredential credential,
                                          TimePoint token_end, TimePoint now) {
  const auto age = check.membership_age(credential.owner, now);
  LK_CHECK(check.member_of_credential(credential.owner, now));
  note_use(id, credential.last_used, now);
  return IdentityMaker::of_token(std::move(id), std::move(credential), token_end, age);
}

// A name that the users file has is looked for there and nowhere else.
Step<model::Account> Resolver::Parts::proven_owner(const model::BasicPair& pair, TimePoint now) {
  if (config.local.basic) {
    if (Outcome watched = local_users.watch(now); !watched) return unanswered(watched.error());
    if (!directory || local_users.has(pair.user)) {
      return local_proof.owner(local_users, pair, remote_address, now, passwords);
    }
  }
  return directory->owner(pair, remote_address, now, passwords);
}

Step<Identity> Resolver::Parts::by_password(const model::BasicPair& pair, TimePoint now) {
  if (pair.user.empty() || pair.password.empty()) {
    return model::refuse(Reason::kBadCredential, "no user name or no password");
  }
  LK_TRY(model::Account account, proven_owner(pair, now));
  store::Owner owner = store::owner_of(std::move(account));
  LK_CHECK(check.alive(owner, {}, now));
  return IdentityMaker::of_password(std::move(owner), now);
}

Step<Identity> Resolver::resolve(const model::Credential& credential,
                                 std::string_view remote_address, TimePoint now,
                                 Passwords passwords) {
  parts_->touch = {};
  parts_->remote_address = remote_address;
  parts_->passwords = passwords;
  return std::visit([&](const auto& held) { return parts_->resolve(held, now); }, credential);
}

Step<Identity> Resolver::resolve_session(const SecretString& token, TimePoint now) {
  return resolve(model::SessionCookie{.token = token.copy()}, {}, now);
}

void Resolver::after_reply(std::string_view remote_address, std::string_view user_agent,
                           TimePoint now) {
  const Touch touch = std::exchange(parts_->touch, {});
  if (now < parts_->no_touch_before) return;
  Outcome written;
  if (!touch.session.empty()) {
    written = parts_->store.sessions().touch(touch.session, now, touch.idle_end);
  }
  const auto by = [&] { return wire::printable(user_agent.substr(0, kUserAgentBytesMax)); };
  if (!touch.credential.empty()) {
    written = parts_->store.credentials().touch(touch.credential, now, remote_address, by());
  }
  if (!touch.user_token.empty()) {
    written = parts_->store.user_tokens().touch(touch.user_token, now, remote_address, by());
  }
  if (written) return;
  // Somebody else writes, or nobody can: not worth an attempt and a line with every request.
  parts_->no_touch_before = now + kTouchPause;
  parts_->log.info("touch_failed", {{"detail", written.error().detail}});
}

Identity Resolver::anonymous() { return IdentityMaker::anonymous(); }

Identity Resolver::supposed(const model::Account& account, std::optional<Seconds> membership_age,
                            TimePoint now) {
  store::PresentedSession session;
  session.idle_end = session.absolute_end = now;
  session.owner = store::owner_of(account);
  return IdentityMaker::of_session(std::move(session), membership_age);
}

}  // namespace latchkey::identity
