// What the claims of a provider's signed tokens must say, once their signature is known to be good.
// Two kinds, with rules that exclude each other: an ID token is never taken for a logout token.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/crypto/jwt.h"
#include "latchkey/provider/provider.h"

namespace latchkey::provider {

// How far the provider's clock and ours may be apart.
constexpr Seconds kProviderSkew{60};
// A logout token that was issued longer ago is refused: it lives for two minutes as a rule.
constexpr Seconds kLogoutTokenAgeMax{300};

struct IdTokenExpectation {
  std::string_view issuer;
  std::string_view client_id;
  std::string_view nonce;
  std::string_view algorithm;     // that the signature was verified with
  std::string_view access_token;  // that came in the same answer
  TimePoint begun{};              // when the sign-in began: no ID token of it is older
};

// Checks the claims of an ID token.
//
// Errors:  kExpired, kRefused, kMalformed; the detail says which rule.
// Spec:    OpenID Connect Core 1.0 sections 2, 3.1.3.7 and 3.1.3.8. Several audiences are taken
//          when `azp` names us, as the specification allows; there is no option to leave the nonce
//          out.
Outcome check_id_token(const crypto::VerifiedToken& token, const IdTokenExpectation& expected,
                       TimePoint now);

// Checks the claims of an ID token that came with a refresh: the same but for the nonce, which it
// need not have. Whose it is, the caller compares.
//
// Errors:  as check_id_token.
// Spec:    OpenID Connect Core 1.0 section 12.2.
Outcome check_refreshed_id_token(const crypto::VerifiedToken& token,
                                 const IdTokenExpectation& expected, TimePoint now);

// Checks the claims of a back-channel logout token and returns what it asks for.
//
// Errors:  kExpired, kRefused, kMalformed; the detail says which rule.
// Spec:    OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6.
Result<LogoutRequest> check_logout_token(const crypto::VerifiedToken& token,
                                         std::string_view issuer, std::string_view client_id,
                                         TimePoint now);

}  // namespace latchkey::provider
