// The only way to an Identity. In src/, so that no other folder can reach it.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "latchkey/model/identity.h"
#include "latchkey/store/presented.h"

namespace latchkey::identity {

class IdentityMaker {
 public:
  static model::Identity anonymous() { return model::Identity(); }

  // `membership_age`: how long ago the provider confirmed the person; nullopt: nobody is asked.
  static model::Identity of_session(store::PresentedSession session,
                                    std::optional<Seconds> membership_age = std::nullopt) {
    const TimePoint end = std::min(session.idle_end, session.absolute_end);
    const TimePoint until = std::min(end, session.owner.member_until.value_or(end));
    model::Identity identity = of(model::Proof::kSession, std::move(session.owner));
    identity.session_id_ = std::move(session.id);
    identity.membership_age_ = membership_age;
    identity.valid_until_ = until;
    return identity;
  }

  static model::Identity of_token(CredentialId id, store::PresentedCredential credential,
                                  TimePoint token_expires,
                                  std::optional<Seconds> membership_age = std::nullopt) {
    const TimePoint end = std::min(credential.expires, token_expires);
    const TimePoint until = std::min(end, credential.owner.member_until.value_or(end));
    model::Identity identity = of(model::Proof::kJwt, std::move(credential.owner));
    identity.membership_age_ = membership_age;
    identity.valid_until_ = until;
    identity.credential_ = std::move(id);
    identity.scopes_ = std::move(credential.scopes);
    return identity;
  }

  static model::Identity of_user_token(store::PresentedUserToken token,
                                       std::optional<TimePoint> valid_until,
                                       std::optional<Seconds> membership_age) {
    model::Identity identity = of(model::Proof::kUserToken, std::move(token.owner));
    identity.membership_age_ = membership_age;
    identity.valid_until_ = valid_until;
    identity.credential_ = CredentialId(std::move(token.name_code));
    return identity;
  }

  // A password can be changed at any time, so the proof is good for this request only.
  static model::Identity of_password(store::Owner owner, TimePoint now) {
    model::Identity identity = of(model::Proof::kPassword, std::move(owner));
    identity.valid_until_ = now;
    return identity;
  }

  // A token of nexus-proxy, which has no id.
  static model::Identity of_legacy_token(store::Owner owner, TimePoint valid_until) {
    model::Identity identity = of(model::Proof::kJwt, std::move(owner));
    identity.valid_until_ = valid_until;
    return identity;
  }

  // Whom an access token for a registry was made for, with no more than it is for.
  static model::Identity narrowed(model::Identity identity,
                                  std::shared_ptr<const model::DockerGrant> grant) {
    if (!identity.anonymous()) identity.proof_ = model::Proof::kDockerToken;
    identity.docker_grant_ = std::move(grant);
    return identity;
  }

  // What the web server vouches for. `valid_until` is its last second; after that it asks again.
  static model::Identity of_vouched(model::Proof proof, store::Owner owner, TimePoint valid_until,
                                    std::optional<Seconds> membership_age = std::nullopt) {
    model::Identity identity = of(proof, std::move(owner));
    identity.membership_age_ = membership_age;
    identity.valid_until_ = valid_until;
    return identity;
  }

 private:
  static model::Identity of(model::Proof proof, store::Owner owner) {
    model::Identity identity;
    identity.proof_ = proof;
    identity.account_ = std::move(owner.account);
    identity.profile_ = std::move(owner.profile);
    return identity;
  }
};

}  // namespace latchkey::identity
