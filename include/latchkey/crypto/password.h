// Local users: an htpasswd file. Read whole, checked whole, then asked.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/random.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/file_stamp.h"

namespace latchkey::crypto {

inline constexpr std::size_t kPasswordBytesMax = 512;
inline constexpr int kBcryptCost = 10;

class PasswordFile {
 public:
  // Reads `user:hash[:comment]` lines; empty lines, `#` lines and a CR before the LF are skipped.
  // The path may be a symbolic link, as mounted secrets are.
  //
  // Errors: kUnavailable: missing or unreadable; kRefused: others can read or change it, or it is
  //         neither ours nor root's; kMalformed: a line without a user or hash, a user that is not
  //         printable ASCII, a user twice, a hash that is none (plain text), over 1 MiB. The detail
  //         names file and line, never a hash.
  static Result<PasswordFile> load(const std::string& path);

  // Checks a password: bcrypt, apr1, sha, crypt. An unknown user costs what the costliest entry
  // costs. Takes 50 ms and more, by design: call it only where a slow proof may run.
  //
  // Errors: kRefused: unknown user, wrong password, an empty one, one over kPasswordBytesMax or
  //         with a NUL. They are not told apart.
  Outcome verify(std::string_view user, const SecretString& password) const;

  // Returns a digest that changes when the user's password does; nullopt for an unknown user.
  std::optional<Digest> entry_digest(std::string_view user) const;

  // All users, sorted.
  std::vector<std::string> users() const;

 private:
  PasswordFile() = default;
  Outcome add_line(std::string_view line);

  std::map<std::string, std::string, std::less<>> hashes_;
  std::string decoy_;  // the costliest hash of the file: what an unknown user is checked against
};

// Returns a bcrypt hash as an htpasswd file keeps it.
//
// Errors: kRefused: empty, over 72 bytes (bcrypt would ignore the rest) or with a NUL.
Result<std::string> hash_password(const SecretString& password, Random& random,
                                  int cost = kBcryptCost);

}  // namespace latchkey::crypto
