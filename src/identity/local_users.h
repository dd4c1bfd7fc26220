// The users file as the decision sees it: a password that was changed there ends sessions, a user
// who vanished loses everything, from the next request on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/config/config.h"
#include "latchkey/crypto/file_stamp.h"
#include "latchkey/crypto/password.h"
#include "latchkey/store/store.h"

namespace latchkey::identity {

class LocalUsers {
 public:
  LocalUsers(const config::Local& settings, store::Store& store)
      : settings_(settings), store_(store) {}

  // Brings the store up to date if the file changed since the last look. One fstat(2) if not.
  //
  // Errors:  kUnavailable: the file or the store cannot be read; then nothing that the store says
  //          of local accounts may be believed. kNotFound: there are no local users at all.
  Outcome watch(TimePoint now);

  // True if the file that watch() read names the user.
  bool has(std::string_view user) const;

  // Checks a password against the file that watch() read. Slow by design.
  //
  // Returns: the digest of the user's entry.
  // Errors:  kRefused.
  Result<crypto::Digest> verify(std::string_view user, const SecretString& password) const;

 private:
  const config::Local& settings_;
  store::Store& store_;
  std::optional<crypto::WatchedFile> watched_;  // from the first look on
  std::optional<crypto::FileStamp> seen_;   // of the file that `file_` was read from, or a bad one
  std::optional<crypto::PasswordFile> file_;
  bool synced_ = false;                     // the store knows what `file_` says
};

}  // namespace latchkey::identity
