// Identities for tests of the stages behind identity/, which cannot make one.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../../src/identity/identity_maker.h"
#include "latchkey/model/account.h"

namespace latchkey {

inline model::Account account_named(std::string name, std::vector<std::string> groups = {}) {
  model::Account account;
  account.id = AccountId("account-of-" + name);
  account.provider = "company";
  account.issuer = "https://id.example";
  account.subject = "subject-of-" + name;
  account.profile.user_name = std::move(name);
  account.profile.groups = std::move(groups);
  return account;
}

inline model::Identity by_session(model::Account account,
                                  std::optional<Seconds> membership_age = std::nullopt) {
  store::PresentedSession session;
  session.id = "0192-session";
  session.idle_end = from_unix(2'000'000'000);
  session.absolute_end = from_unix(2'000'100'000);
  session.owner = store::owner_of(std::move(account));
  return identity::IdentityMaker::of_session(std::move(session), membership_age);
}

inline model::Identity by_token(model::Account account, std::vector<std::string> scopes = {}) {
  store::PresentedCredential credential;
  credential.scopes = std::move(scopes);
  credential.expires = from_unix(2'000'000'000);
  credential.owner = store::owner_of(std::move(account));
  return identity::IdentityMaker::of_token(CredentialId("0192-credential"), std::move(credential),
                                           from_unix(2'000'000'000));
}

inline model::Identity nobody() { return identity::IdentityMaker::anonymous(); }

}  // namespace latchkey
