// What `latchkey login` keeps itself, for tools that ask us as their credential helper: one file of
// the person, mode 0600, that nobody else reads.
#pragma once

#include <map>
#include <string>

#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"

namespace latchkey::admin {

struct KeptCredential {
  std::string user_name;
  SecretString secret;
};

// By host[:port].
using Kept = std::map<std::string, KeptCredential>;

class Keyring {
 public:
  // Input: `file`, absolute.
  explicit Keyring(std::string file) : file_(std::move(file)) {}

  // The file of the person who runs us: latchkey/credentials.json below XDG_DATA_HOME, or below
  // ~/.local/share. Errors: kUnavailable: there is no home.
  static Result<Keyring> of_this_person();

  // Reads all; a file that is not there holds nothing.
  // Errors: kUnavailable: it cannot be read, or others can read it; the detail says what to do.
  Result<Kept> read() const;

  // Looks whether an entry could be put, and leaves nothing behind.
  // Errors: as read(), and kUnavailable: its directory cannot be written.
  Outcome check() const;

  // Change one entry: the file is replaced whole, or stays. Errors: as read().
  Outcome put(const std::string& authority, KeptCredential credential) const;
  Outcome remove(const std::string& authority) const;

  const std::string& file() const { return file_; }

 private:
  Outcome write(const Kept& kept) const;
  std::string file_;
};

// Returns the host[:port] that tools mean by a server's address: without scheme, user and path, in
// lower case.
std::string authority_of(std::string_view address);

}  // namespace latchkey::admin
