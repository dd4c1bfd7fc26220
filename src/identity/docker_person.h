// Who a token for Docker proves somebody to be: whoever the token was made for, as long as what it
// was made of is good. So it ends with that, and with its owner, at the very next request.
#pragma once

#include <optional>

#include "docker_claims.h"
#include "latchkey/model/credential.h"
#include "latchkey/model/identity.h"
#include "owner_check.h"

namespace latchkey::identity {

class DockerPerson {
 public:
  struct Found {
    model::Identity identity;
    std::optional<TimePoint> last_used;  // of what it was made of, as the store has it
    AccountId user_token;                // whose pair that is; empty: it is none
  };

  // Both outlive it.
  DockerPerson(const config::Config& config, store::Store& store)
      : config_(config), store_(store), check_(config, store), reader_(config) {}

  // Input:  `local`, what the users file's watch said before.
  // Errors: a refusal with the reason.
  model::Step<Found> find(const model::DockerToken& token, const Outcome& local, TimePoint now);

  // The same for what new access tokens are asked for with. The identity is that of the credential
  // itself: it has all that its owner gave it, and no more.
  model::Step<Found> find(const model::DockerRefreshToken& token, const Outcome& local,
                          TimePoint now);

 private:
  model::Step<Found> owner_of(const DockerClaims& claims, const Outcome& local, TimePoint now);
  model::Step<Found> by_account(const DockerClaims& claims, const Outcome& local, TimePoint now);
  model::Step<Found> by_user_token(const DockerClaims& claims, store::Owner owner, TimePoint now);

  const config::Config& config_;
  store::Store& store_;
  OwnerCheck check_;
  DockerClaimsReader reader_;
};

}  // namespace latchkey::identity
