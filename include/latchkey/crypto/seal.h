// Seals small texts that leave our hands or lie in the store: the login state, ID tokens kept for
// logout, refresh tokens. AES-256-GCM.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "latchkey/base/random.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/crypto/digest.h"

namespace latchkey::crypto {

// Holds the key. Open after fork; lives as long as the worker.
class Sealer {
 public:
  // Reads the key file: 32 bytes, a regular file, ours or root's, closed to group and others.
  //
  // Errors: kUnavailable: missing or unreadable; kRefused: not such a file.
  static Result<Sealer> load(const std::string& path);

  // Writes a new key file with mode 0600.
  //
  // Errors: kConflict: there is a file already; kUnavailable: it cannot be written.
  static Outcome create(const std::string& path, Random& random);

  // Returns `plain` encrypted and authenticated, as base64url. Each seal has a key and a nonce of
  // its own, derived from 28 random bytes, so the number of seals under one key file has no
  // practical end.
  //
  // Input: `purpose`, a constant that names the use; `row`, the id of the row the text belongs to,
  //        or empty. What is opened with another purpose or row than it was sealed with is refused
  //        (M10).
  std::string seal(std::string_view purpose, std::string_view row, std::string_view plain,
                   Random& random) const;

  // Errors: kRefused: altered, or sealed by another key, for another purpose or another row.
  Result<SecretString> open(std::string_view purpose, std::string_view row,
                            std::string_view sealed) const;

  // Returns what only the key file and `parts` make: for a secret that must be shown again and yet
  // be kept nowhere. Worthless for another purpose, and apart from every seal.
  Digest derive(std::string_view purpose, std::initializer_list<std::string_view> parts) const;

 private:
  explicit Sealer(SecretString key) : key_(std::move(key)) {}

  SecretString key_;
};

}  // namespace latchkey::crypto
