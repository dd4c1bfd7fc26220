// A place that proves who somebody is, in a browser: it is sent there and comes back with an
// answer. The pages know providers by this interface only; oidc.h is the one there is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/provider/login_state.h"

namespace latchkey::provider {

// What the provider says of the mail address.
enum class MailProof {
  kVerified,  // said to be verified, or not denied by a provider that is trusted with mail
  kUnproven,  // nothing is said
};

// What a provider said of a person, as it said it: not yet filtered, any bytes.
struct Claims {
  std::string user_name;
  std::string display_name;
  std::string mail;  // empty when the provider denies that it is verified
  MailProof mail_proof = MailProof::kUnproven;
  std::vector<std::string> groups;
};

struct SignedIn {
  std::string issuer;
  std::string subject;  // with `issuer`, the person
  Claims claims;
  std::string sid;         // the provider's session, empty when it names none
  SecretString id_token;   // for RP-initiated logout
};

// The parameters of a successful callback.
struct CallbackAnswer {
  SecretString code;
  std::optional<std::string> iss;
};

// What a verified back-channel logout token asks for. At least one of `sub` and `sid` is there.
struct LogoutRequest {
  std::string issuer;
  std::string jti;
  std::string sub;
  std::string sid;
  TimePoint replay_end{};  // it would be refused from then on in any case
};

// Errors, for every verb: kUnavailable: we cannot ask now (store, too many calls at once); the
// browser may try again. kRefused, kMalformed, kExpired: the provider did not answer, or not with
// what must be believed. Nothing is tried twice.
class Provider {
 public:
  virtual ~Provider() = default;

  virtual const std::string& name() const = 0;
  virtual const std::string& title() const = 0;
  virtual const std::string& issuer() const = 0;

  // Returns where to send the browser: the authorization request.
  virtual Result<std::string> start(const LoginState& state, std::string_view sealed_state,
                                    const std::string& redirect_uri, TimePoint now) = 0;

  // Redeems the code and verifies everything that comes of it. `state` was opened and compared with
  // the browser before; `redirect_uri` is the one `start` sent.
  virtual Result<SignedIn> finish(const CallbackAnswer& answer, const LoginState& state,
                                  const std::string& redirect_uri, TimePoint now) = 0;

  // Returns where to send a browser that has signed out, or nullopt when the provider has no such
  // place or has not been heard of yet. Asks no network.
  virtual Result<std::optional<std::string>> logout_url(const SecretString& id_token,
                                                        const std::string& back_to) = 0;

  // Verifies a back-channel logout token. Does not look whether it was seen before.
  virtual Result<LogoutRequest> verify_logout_token(std::string_view token, TimePoint now) = 0;

  // Fetches what is kept of the provider (endpoints, keys) when it is due. For the housekeeper.
  virtual Outcome refresh(TimePoint now) = 0;
};

}  // namespace latchkey::provider
