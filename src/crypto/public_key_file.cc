#include "latchkey/crypto/public_key_file.h"

#include <fcntl.h>

#include <utility>

#include "file.h"
#include "public_key.h"

namespace latchkey::crypto {

Result<VerificationKey> load_rs256_key(const std::string& path) {
  LK_TRY(const SecretString pem, read_file(AT_FDCWD, path, kPublicFile));
  Result<EvpKey> key = rsa_from_public_pem(pem.reveal());
  if (!key) return fail(key.error().code, path + ": " + key.error().detail);
  return make_verification_key(KeyId(), {"RS256"}, *std::move(key));
}

}  // namespace latchkey::crypto
