// Signing in with a name and password of the users file, throttled. For the responder's form.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/refusal_beat.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/file_stamp.h"
#include "latchkey/crypto/password.h"
#include "latchkey/store/store.h"

namespace latchkey::provider {

// What became of one try.
struct PasswordVerdict {
  enum class Kind { kGood, kWrong, kThrottled };
  Kind kind = Kind::kWrong;
  Seconds wait{};        // kThrottled: not before
  crypto::Digest entry;  // kGood: of the line that proved it
};

enum class Known { kNo, kYes };

// One per worker, made after fork. Reads the file again whenever it was replaced.
class LocalUsers {
 public:
  // Input:   `users_file`, htpasswd format. `store` and `gate` outlive this object. `beat`: kYes
  //          where a directory takes passwords, too.
  LocalUsers(std::string users_file, store::Store& store, SlowGate& gate, RefusalBeat::Keep beat)
      : users_file_(std::move(users_file)), store_(store), gate_(gate), beat_(beat) {}

  // Tells whether the file has such a user. Errors: kUnavailable: the file or the store.
  Result<Known> knows(std::string_view user, TimePoint now);

  // Checks a password. An unknown name costs as much as a known one and is told from a wrong
  // password by nothing; a failure is counted before anything is answered.
  //
  // Input:   `user` and `password`, any bytes; `address`, the peer, textual.
  // Errors:  kUnavailable: the file, the store, or too many slow proofs at once.
  Result<PasswordVerdict> check(std::string_view user, const SecretString& password,
                                std::string_view address, TimePoint now);

 private:
  Outcome load_if_changed(TimePoint now);

  std::string users_file_;
  store::Store& store_;
  SlowGate& gate_;
  RefusalBeat::Keep beat_;
  std::optional<crypto::PasswordFile> file_;
  crypto::FileStamp stamp_;
};

}  // namespace latchkey::provider
