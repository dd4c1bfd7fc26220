// Who somebody was proven to be. Only identity::Resolver makes one: whoever holds an Identity
// holds a proof that the credential was checked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/model/account.h"
#include "latchkey/model/docker_grant.h"
#include "latchkey/model/proof.h"

namespace latchkey::identity {
class IdentityMaker;
}

namespace latchkey::model {

class Identity {
 public:
  Proof proof() const { return proof_; }
  bool anonymous() const { return proof_ == Proof::kAnonymous; }
  const AccountId& account() const { return account_; }
  const Profile& profile() const { return profile_; }

  // The id of the issued credential, or the name code of the user token, also for a Docker token
  // that was made of one. Empty for whatever has no such name: sessions, passwords, certificates,
  // REMOTE_USER, tokens of nexus-proxy and anonymous requests.
  const CredentialId& credential() const { return credential_; }

  // The id of the session, empty for every other proof.
  const std::string& session_id() const { return session_id_; }

  // The credential's scopes; empty narrows nothing.
  const std::vector<std::string>& scopes() const { return scopes_; }

  // What an access token for a Docker registry narrows the identity to; null for every other proof.
  const DockerGrant* docker_grant() const { return docker_grant_.get(); }

  // How long ago the provider last confirmed that the person belongs here; nullopt where nobody is
  // asked.
  const std::optional<Seconds>& membership_age() const { return membership_age_; }

  // When the nearest of the proven things ends; nullopt where nothing ends by itself.
  const std::optional<TimePoint>& valid_until() const { return valid_until_; }

 private:
  friend class identity::IdentityMaker;
  Identity() = default;

  Proof proof_ = Proof::kAnonymous;
  AccountId account_;
  Profile profile_;
  CredentialId credential_;
  std::string session_id_;
  std::vector<std::string> scopes_;
  std::shared_ptr<const DockerGrant> docker_grant_;
  std::optional<Seconds> membership_age_;
  std::optional<TimePoint> valid_until_;
};

}  // namespace latchkey::model
