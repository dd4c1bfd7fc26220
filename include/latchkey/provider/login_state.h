// What a pending sign-in has to remember until the browser comes back. It travels sealed in the
// `state` parameter itself, so that strangers who begin sign-ins store nothing with us.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/random.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"

namespace latchkey::crypto {
class Sealer;
}

namespace latchkey::provider {

constexpr Seconds kLoginStateLifetime{600};
constexpr std::size_t kReturnBytesMax = 1024;  // of `rd`; a longer one is forgotten

// One pending sign-in of one browser.
struct LoginState {
  std::string id;        // 256 random bits; makes at most one session
  std::string provider;  // the [[provider]]'s name
  std::string rd;        // where to go afterwards; judged again when it is used
  std::string nonce;     // 256 random bits; comes back inside the ID token
  SecretString verifier;  // PKCE, 43 characters
  std::string browser;   // SHA-256 of the browser's secret, hexadecimal
  TimePoint issued{};
};

// Returns a state with fresh random members for the browser that holds `browser_secret`.
LoginState begin_login(std::string_view provider, std::string_view rd,
                       std::string_view browser_secret, TimePoint now, Random& random);

// Returns the text of the `state` parameter: base64url, at most 3 KiB.
std::string seal_state(const LoginState& state, const crypto::Sealer& sealer, Random& random);

// Input:   `sealed`, the `state` parameter of a callback, any bytes; `browser_secret`, the value of
//          the login cookie that came with it, empty when none did.
// Returns: the state, when it is ours, not too old, and begun by this very browser.
// Errors:  kMalformed: not sealed by us. kExpired: older than kLoginStateLifetime. kRefused: begun
//          by another browser.
// Spec:    RFC 6749 section 10.12, RFC 9700 section 4.7.
Result<LoginState> open_state(std::string_view sealed, std::string_view browser_secret,
                              const crypto::Sealer& sealer, TimePoint now);

// True for the form of a browser secret: 43 characters of base64url.
bool is_browser_secret(std::string_view text);

}  // namespace latchkey::provider
