// The private key that signs our credentials. Opened by the responder and the administrator's
// command only; the authorizer never sees it.
#pragma once

#include <string>
#include <utility>

#include "latchkey/base/ids.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"

namespace latchkey::crypto {

class SigningKey {
 public:
  // Reads an RSA private key in PEM: 2048 to 8192 bits, a regular file, ours or root's, closed to
  // group and others. Its id is the RFC 7638 thumbprint of its public half.
  //
  // Errors: kUnavailable: missing or unreadable; kRefused: not such a file or key.
  static Result<SigningKey> load(const std::string& path);

  // The `kid` of what it signs.
  const KeyId& id() const { return id_; }

  // Returns the signed token: RS256, `typ` JWT, `kid`.
  //
  // Input:  `claims_json`, a JSON object.
  // Errors: kMalformed: it is none; kInternal: libjwt or OpenSSL cannot.
  Result<SecretString> sign(const std::string& claims_json) const;

 private:
  SigningKey(KeyId id, SecretString pem) : id_(std::move(id)), pem_(std::move(pem)) {}

  KeyId id_;
  SecretString pem_;
};

}  // namespace latchkey::crypto
