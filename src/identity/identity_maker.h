// The only way to an Identity. In src/, so that no other folder can reach it.
#pragma once

#include <algorithm>
#include <utility>

#include "latchkey/model/identity.h"
#include "latchkey/model/issued_credential.h"
#include "latchkey/model/session.h"

namespace latchkey::identity {

class IdentityMaker {
 public:
  static model::Identity anonymous() { return model::Identity(); }

  static model::Identity of_session(const model::Session& session, model::Account account) {
    model::Identity identity = of(model::Proof::kSession, std::move(account));
    identity.session_id_ = session.id;
    identity.valid_until_ = std::min(session.idle_end, session.absolute_end);
    return identity;
  }

  static model::Identity of_token(model::IssuedCredential credential, model::Account account,
                                  TimePoint token_expires) {
    model::Identity identity = of(model::Proof::kJwt, std::move(account));
    identity.valid_until_ = std::min(credential.expires, token_expires);
    identity.credential_ = std::move(credential.id);
    identity.scopes_ = std::move(credential.scopes);
    return identity;
  }

  // A password can be changed at any time, so the proof is good for this request only.
  static model::Identity of_password(model::Account account, TimePoint now) {
    model::Identity identity = of(model::Proof::kPassword, std::move(account));
    identity.valid_until_ = now;
    return identity;
  }

 private:
  static model::Identity of(model::Proof proof, model::Account account) {
    model::Identity identity;
    identity.proof_ = proof;
    identity.account_ = std::move(account.id);
    identity.profile_ = std::move(account.profile);
    return identity;
  }
};

}  // namespace latchkey::identity
