#include "latchkey/crypto/signing_key.h"

#include <fcntl.h>
#include <jwt.h>

#include <cstdlib>

#include "file.h"
#include "latchkey/wire/json.h"
#include "public_key.h"

namespace latchkey::crypto {
namespace {

// A credential must fit into a token's limit with its header and signature.
constexpr std::size_t kClaimsBytesMax = 4096;

using Jwt = Handle<jwt_t, jwt_free>;
// libjwt 1.10 hands out what malloc gave.
using JwtText = Handle<char, std::free>;

std::unexpected<Error> cannot_sign(const char* step) {
  return fail(ErrorCode::kInternal, std::string("libjwt: ") + step);
}

}  // namespace

Result<SigningKey> SigningKey::load(const std::string& path) {
  LK_TRY(SecretString pem, read_file(AT_FDCWD, path, kPrivateFile));
  const Result<EvpKey> key = rsa_from_private_pem(pem.reveal());
  if (!key.has_value()) return fail(key.error().code, path + ": " + key.error().detail);
  return SigningKey(thumbprint(key->get()), std::move(pem));
}

Result<SecretString> SigningKey::sign(const std::string& claims_json) const {
  // libjwt takes the last of two members of one name; strict parsing takes none.
  LK_TRY(const wire::Json claims, wire::Json::parse(claims_json, kClaimsBytesMax));
  if (!claims.is_object()) return fail(ErrorCode::kMalformed, "claims that are no JSON object");

  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) return cannot_sign("no token");
  const Jwt token(raw);
  if (jwt_add_grants_json(token.get(), claims_json.c_str()) != 0) return cannot_sign("claims");
  if (jwt_add_header(token.get(), "kid", id_.text().c_str()) != 0) return cannot_sign("kid");
  const std::string_view pem = pem_.reveal();
  if (jwt_set_alg(token.get(), JWT_ALG_RS256, as_bytes(pem), static_cast<int>(pem.size())) != 0) {
    return cannot_sign("key");
  }
  const JwtText text(jwt_encode_str(token.get()));
  forget_openssl_errors();
  if (text == nullptr) return cannot_sign("signature");
  SecretString signed_token{std::string_view(text.get())};
  return signed_token;
}

}  // namespace latchkey::crypto
