#include "latchkey/pages/docker_token.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "docker_question.h"
#include "latchkey/answer/refusal.h"
#include "latchkey/pages/problem.h"
#include "latchkey/policy/docker_access.h"
#include "latchkey/wire/json_object.h"
#include "latchkey/wire/time.h"
#include "registry_signer.h"

namespace latchkey::pages {
namespace {

using model::Identity;
using model::Reason;
using model::Step;
using wire::RegistryAccess;

std::vector<wire::JsonObject> access_json(const std::vector<RegistryAccess>& accesses) {
  std::vector<wire::JsonObject> list;
  for (const RegistryAccess& access : accesses) {
    list.push_back(std::move(wire::JsonObject()
                                 .add("type", access.type)
                                 .add("name", access.name)
                                 .add("actions", access.actions)));
  }
  return list;
}

// Such a proof has no end of its own: it is good for the request that brings it, and nothing is
// known beyond. Of a certificate the end is known where the web server hands on the whole of it.
bool is_of_this_request_only(const Identity& identity, const model::Credential& credential) {
  if (const auto* shown = std::get_if<model::ClientCertificate>(&credential)) {
    return shown->pem.empty();
  }
  return identity.proof() == model::Proof::kPassword ||
         identity.proof() == model::Proof::kRemoteUser;
}

// What comes of a proof that is good for this request only may last as long as any token: whenever
// it is used, its account is asked about, with its epochs, its membership and its directory.
TimePoint end_of(const Identity& identity, const model::Credential& credential, Seconds lifetime,
                 TimePoint now) {
  const TimePoint end = now + lifetime;
  if (is_of_this_request_only(identity, credential)) return end;
  return std::min(end, identity.valid_until().value_or(end));
}

// Only what has a record of its own can be revoked by itself.
bool has_record(const Identity& identity) {
  const bool kind = identity.proof() == model::Proof::kJwt ||
                    identity.proof() == model::Proof::kUserToken;
  return kind && !identity.credential().empty();
}

}  // namespace

struct DockerTokenPage::Desk {
  Desk(const Parts& all, policy::Policy rules)
      : parts(all),
        policy(std::move(rules)),
        protection(all.config.user_token, all.store),
        refusals(all.config),
        signer(crypto::RegistryKeys(all.config.credential.key_directory),
               all.config.docker.key_id, all.store) {}

  PageResult serve(const PageRequest& request);
  Step<Identity> identify(const DockerQuestion& question, const PageRequest& request);
  Step<wire::JsonObject> owner_claims(const Identity& identity);
  Step<SecretString> access_token(const Identity& identity, const std::string& service,
                                  const std::vector<RegistryAccess>& access, TimePoint end,
                                  TimePoint now);
  Step<SecretString> refresh_token(const Identity& identity, const std::string& service,
                                   TimePoint now);
  Outcome tell(const Identity& identity, const std::string& service, const PageRequest& request);
  Step<SecretString> sign(wire::JsonObject claims, TimePoint end, TimePoint now);
  Step<PageResult> give(const PageRequest& request);

  Parts parts;
  policy::Policy policy;
  policy::ContentProtection protection;
  answer::RefusalSettings refusals;
  RegistrySigner signer;
};

DockerTokenPage::DockerTokenPage(const Parts& parts, policy::Policy policy)
    : desk_(std::make_unique<Desk>(parts, std::move(policy))) {}
DockerTokenPage::~DockerTokenPage() = default;

PageResult DockerTokenPage::serve(const PageRequest& request) { return desk_->serve(request); }

Step<Identity> DockerTokenPage::Desk::identify(const DockerQuestion& question,
                                               const PageRequest& request) {
  LK_TRY(Identity identity, parts.resolver.resolve(question.credential,
                                                   request.query.remote_address, request.now));
  // A token names an account, with which it ends; an old token may be of somebody without one.
  if (!identity.anonymous() && identity.account().empty()) {
    return model::refuse(Reason::kBadCredential, "a token of somebody who never signed in here");
  }
  return identity;
}

// What the token ends with: the record of the credential, or else the epochs of the account.
Step<wire::JsonObject> DockerTokenPage::Desk::owner_claims(const Identity& identity) {
  wire::JsonObject claims;
  claims.add("sub", identity.anonymous() ? "" : identity.profile().user_name);
  if (identity.anonymous()) return claims;
  claims.add("account", identity.account().text());
  if (identity.proof() == model::Proof::kUserToken) {
    claims.add("user_token", identity.credential().text());
  } else if (has_record(identity)) {
    claims.add("credential", identity.credential().text());
    return claims;
  }
  const Result<model::Account> account = parts.store.accounts().find(identity.account());
  if (!account) return model::refuse(Reason::kStoreUnavailable, account.error().detail);
  if (account->disabled) return model::refuse(Reason::kAccountDisabled, account->id.text());
  claims.add("session_epoch", account->session_epoch);
  claims.add("credential_epoch", account->credential_epoch);
  return claims;
}

Step<SecretString> DockerTokenPage::Desk::sign(wire::JsonObject claims, TimePoint end,
                                               TimePoint now) {
  claims.add("iss", parts.config.site.url)
      .add("jti", make_uuid_v7(now, parts.random))
      .add("iat", to_unix(now))
      .add("nbf", to_unix(now))
      .add("exp", to_unix(end));
  Result<SecretString> token = signer.sign(claims.text(), now);
  if (!token) return model::refuse(Reason::kStoreUnavailable, token.error().detail);
  return *std::move(token);
}

Step<SecretString> DockerTokenPage::Desk::access_token(const Identity& identity,
                                                       const std::string& service,
                                                       const std::vector<RegistryAccess>& access,
                                                       TimePoint end, TimePoint now) {
  LK_TRY(wire::JsonObject claims, owner_claims(identity));
  claims.add("token_use", "docker-access").add("aud", service).add("access", access_json(access));
  return sign(std::move(claims), end, now);
}

// Its audience is ourselves: a registry, which trusts the same key, must never take it.
Step<SecretString> DockerTokenPage::Desk::refresh_token(const Identity& identity,
                                                        const std::string& service,
                                                        TimePoint now) {
  LK_TRY(wire::JsonObject claims, owner_claims(identity));
  claims.add("token_use", "docker-refresh")
      .add("aud", parts.config.site.url)
      .add("service", service);
  return sign(std::move(claims), now + parts.config.docker.refresh_lifetime, now);
}

// What lasts for weeks is told of, as a credential is.
Outcome DockerTokenPage::Desk::tell(const Identity& identity, const std::string& service,
                                    const PageRequest& request) {
  return parts.store.audit().append(request.now, request.actor(identity.profile().user_name),
                                    {.action = model::AuditAction::kDockerLogin,
                                     .account = identity.account(),
                                     .object = identity.credential().text(),
                                     .detail = wire::JsonObject().add("service", service).text()});
}

Step<PageResult> DockerTokenPage::Desk::give(const PageRequest& request) {
  const TimePoint now = request.now;
  LK_TRY(const DockerQuestion question, read_docker_question(request, parts.config.docker));
  LK_TRY(const Identity identity, identify(question, request));
  LK_TRY(const std::vector<RegistryAccess> access,
         policy::granted(policy, protection, request.query, question.service, identity,
                         question.access));
  if (identity.anonymous() && access.empty()) {
    return model::refuse(Reason::kNoCredential, "nothing of it is for anyone");
  }
  const TimePoint end =
      end_of(identity, question.credential, parts.config.docker.lifetime, now);
  LK_TRY(const SecretString token, access_token(identity, question.service, access, end, now));

  wire::JsonObject body;
  body.add("token", token.reveal())
      .add("access_token", token.reveal())
      .add("token_type", "Bearer")
      .add("expires_in", (end - now).count())
      .add("issued_at", wire::rfc3339(now))
      .add("scope", wire::registry_scopes(access));
  const bool refreshes =
      question.offline && has_record(identity) &&
      !std::holds_alternative<model::DockerRefreshToken>(question.credential) &&
      parts.config.docker.refresh_lifetime > Seconds(0);
  if (refreshes) {
    LK_TRY(const SecretString refresh, refresh_token(identity, question.service, now));
    const Outcome told = tell(identity, question.service, request);
    if (!told) return model::refuse(Reason::kStoreUnavailable, told.error().detail);
    body.add("refresh_token", refresh.reveal());
  }
  return PageResult{json_answer(200, body.text()), "docker_token_given",
                    question.service + " " + wire::registry_scopes(access),
                    identity.profile().user_name};
}

PageResult DockerTokenPage::Desk::serve(const PageRequest& request) {
  Step<PageResult> given = give(request);
  if (given) return *std::move(given);
  const model::Decision& refused = given.error();
  PageResult result;
  result.answer = answer::refusal(
      refusals,
      {request.request(), request.hints(), config::Challenge::kDocker, refused.retry_after},
      refused.reason());
  result.reason = std::string(model::name_of(refused.reason()));
  result.detail = refused.detail();
  if (refused.identity()) result.user = refused.identity()->profile().user_name;
  return result;
}

}  // namespace latchkey::pages
