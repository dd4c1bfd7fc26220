// How an identity was proven; the value of X-Latchkey-Auth.
#pragma once

#include <span>
#include <string_view>

namespace latchkey::model {

enum class Proof {
  kSession,
  kJwt,
  kUserToken,
  kPassword,
  kCertificate,
  kRemoteUser,
  kDockerToken,
  kAnonymous,
};

// Returns all of them. For counting them.
std::span<const Proof> all_proofs();

// Returns the word of the contract, for example "user-token". The view lives for ever.
std::string_view name_of(Proof proof);

// True if the browser, and not the person, sends such a proof with each request, whichever page
// makes it: what it is to change needs a proof of the same origin beside it.
bool is_ambient(Proof proof);

}  // namespace latchkey::model
