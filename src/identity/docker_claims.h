// Reads the text of a token for Docker into its claims. As in token_reader.h, what is checked here
// can never change for the same text, so it is remembered; what can change is checked by the
// caller at every request.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/config/config.h"
#include "latchkey/crypto/registry_keys.h"
#include "latchkey/model/decision.h"
#include "latchkey/model/docker_grant.h"
#include "claims_cache.h"

namespace latchkey::identity {

enum class DockerUse { kAccess, kRefresh };

// The claims of a token with a good signature by one of our keys for registries.
struct DockerClaims {
  DockerUse use = DockerUse::kAccess;
  std::string service;
  std::string user_name;    // `sub`; empty, as the next two are: nobody in particular
  AccountId account;
  CredentialId credential;  // of which it was made; empty: of none
  std::string user_token;   // the name code of the pair of which it was made; empty: of none
  std::int64_t session_epoch = 0;  // of the account then; counts where there is no credential
  std::int64_t credential_epoch = 0;
  TimePoint valid_from{};
  TimePoint expires{};
  std::shared_ptr<const model::DockerGrant> grant;  // of an access token; never null there
};

class DockerClaimsReader {
 public:
  explicit DockerClaimsReader(const config::Config& config);

  // Input:   `text`, any bytes; `service`, of the registry that is asked.
  // Returns: the claims, until the next call.
  // Errors:  a refusal with kBadCredential (not signed by us, or for another use), kWrongAudience
  //          (another registry's or installation's) or, when the keys cannot be read,
  //          kStoreUnavailable.
  model::Step<const DockerClaims*> read(std::string_view text, DockerUse use,
                                        std::string_view service, TimePoint now);

 private:
  Outcome reload_if_changed();
  model::Step<DockerClaims> verify(std::string_view text);

  std::string issuer_;
  crypto::RegistryKeys keys_;
  std::optional<crypto::FileStamp> stamp_;
  crypto::KeyRing ring_;
  std::optional<TimePoint> looked_;  // when the directory was last looked at
  ClaimsCache<DockerClaims> known_;
  DockerClaims last_;  // where nothing may be remembered
};

}  // namespace latchkey::identity
