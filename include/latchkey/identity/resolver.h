// The third stage, and the only maker of identities: who a credential proves somebody to be. Every
// entrance (cookie, Basic, Bearer) ends in one of two checks, session or token, and each asks the
// store, so that an end or a revocation counts at the very next request. It stands between
// credential/ (what was presented) and policy/ (what its owner may): the authorizer asks it for
// each subrequest, the responder's pages for whoever visits them.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/random.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/config/config.h"
#include "latchkey/model/auth_query.h"
#include "latchkey/model/credential.h"
#include "latchkey/model/decision.h"
#include "latchkey/model/identity.h"

namespace latchkey::directory {
class Directory;
}
namespace latchkey::store {
class Store;
}
namespace latchkey::telemetry {
class Log;
}

namespace latchkey::identity {

// Whether a password may be tried. Where it was tried for the same request before, a
// second time would count twice.
enum class Passwords { kTry, kLeave };

// One per worker, used by one thread: it keeps what one resolve() has left to write until
// after_reply(), and remembers which token texts had a valid signature, never a decision.
class Resolver {
 public:
  // Builds the checks of every kind of credential that the configuration knows. Asks nobody yet.
  //
  // Input:   all references outlive the resolver. Made after fork. Public keys that cannot be read
  //          now are looked for again at every token, so that a worker starts and refuses
  //          meanwhile. `directory`, which is asked about passwords; null: there is none.
  Resolver(const config::Config& config, store::Store& store, SlowGate& gate, Random& random,
           const telemetry::Log& log, directory::Directory* directory = nullptr);
  Resolver(Resolver&&) noexcept;
  ~Resolver();

  // Finds out who `credential` proves somebody to be at the time `now`.
  //
  // Input:   `remote_address`, the peer as the web server saw it, textual; with `passwords` kLeave
  //          each password is refused as a wrong one is.
  // Returns: the person, or the anonymous identity for NoCredential.
  // Errors:  a refusal with the reason; never an identity for a credential that is not good. What
  //          cannot be told (the store or the directory is away, too many slow proofs at once) is a
  //          refusal as well, with a reason of its own that becomes 503.
  model::Step<model::Identity> resolve(const model::Credential& credential,
                                       std::string_view remote_address, TimePoint now,
                                       Passwords passwords = Passwords::kTry);

  // Does the same for a session cookie alone; what the responder's pages ask.
  // Input: `token`, the cookie's value.
  model::Step<model::Identity> resolve_session(const SecretString& token, TimePoint now);

  // Writes what was postponed by the last resolve: last use and idle time, coarsely. Failures are
  // logged only. `user_agent` is what presented the credential.
  void after_reply(std::string_view remote_address, std::string_view user_agent, TimePoint now);

  // Returns: nobody in particular.
  static model::Identity anonymous();

  // Returns: the identity that `account` would have by a fresh session, for `latchkey explain`
  //          only. `membership_age` as in Identity.
  static model::Identity supposed(const model::Account& account,
                                  std::optional<Seconds> membership_age, TimePoint now);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace latchkey::identity
