// A place that proves who somebody is, in a browser: it is sent there and comes back with an
// answer. The pages know providers by this interface only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/config/provider.h"
#include "latchkey/provider/grant.h"
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
  bool says_groups = true;  // false: no claim for them came at all
  // What demands are compared with; the groups hold them too, under the names that are documented.
  std::vector<std::string> organizations;
  std::vector<std::string> teams;  // `organization:team`
  std::string hosted_domain;       // Google's `hd`
};

// What the configuration demands and the person lacks.
struct Unmet {
  std::string sentence;  // for the person
  std::string detail;    // for the administrator: the sentence, or why nobody can fulfil it

  bool operator==(const Unmet&) const = default;
};

struct SignedIn {
  std::string issuer;
  std::string subject;  // with `issuer`, the person
  Claims claims;
  std::string sid;         // the provider's session, empty when it names none
  SecretString id_token;   // for RP-initiated logout; empty: there is none
  std::optional<Unmet> unmet;
  Grant grant;  // to ask again with; none where nobody asks
};

// What a provider says of somebody when it is asked again, without their browser.
struct Standing {
  enum class Kind {
    kMember,   // they are there, and what the configuration demands is fulfilled
    kLost,     // clearly no: the account, the membership or the person's consent is gone
    kUnknown,  // no answer, or none that can be believed
  };
  Kind kind = Kind::kUnknown;
  std::optional<Claims> claims;  // kMember: what is known of them now; nullopt: nothing was said
  std::string detail;            // of the others, for the log and the administrator
  // kLost: the provider says no more than that the grant is good no longer (invalid_grant), which
  // it also does when the grant was used before.
  bool by_grant = false;
  bool maybe_spent = false;  // kUnknown: the grant may have been used up by the question
  Seconds wait{};            // kUnknown: the provider wants to be left alone for so long
};

// Puts a grant where the old one was, for good. The new one counts from then on.
using KeepGrant = std::function<Outcome(const Grant&)>;

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

  // How membership is asked for again.
  virtual config::Verifier verifier() const = 0;

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

  // Asks whether the person of `subject` is still there and fulfils what is demanded.
  //
  // Input:   `grant`, of their last sign-in; `keep`, which is called before anything else is asked
  //          when the provider has given another grant: what was lost then could not be had again.
  virtual Standing recheck(const Grant& grant, const std::string& subject, const KeepGrant& keep,
                           TimePoint now) = 0;

  // Fetches what is kept of the provider (endpoints, keys) when it is due. For the housekeeper.
  //
  // Returns: when it was fetched that is kept then; nullopt: the provider publishes nothing, and
  //          was not asked.
  virtual Result<std::optional<TimePoint>> refresh(TimePoint now) = 0;
};

}  // namespace latchkey::provider
