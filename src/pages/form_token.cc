#include "latchkey/pages/form_token.h"

#include "latchkey/crypto/digest.h"
#include "latchkey/wire/base64.h"

namespace latchkey::pages {

std::string form_token(const SecretString& session) {
  return wire::base64url_encode(
      crypto::hmac_sha256(session.reveal(), "latchkey form token", {}).bytes());
}

bool form_token_matches(const SecretString& session, std::string_view sent) {
  return !session.empty() && equal_in_constant_time(form_token(session), sent);
}

}  // namespace latchkey::pages
