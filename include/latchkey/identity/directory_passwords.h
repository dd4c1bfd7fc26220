// Passwords that the directory is asked about, throttled and behind the gate: for Basic and for the
// sign-in form.
#pragma once

#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/directory/directory.h"
#include "latchkey/store/store.h"

namespace latchkey::identity {

// What became of one try.
struct DirectoryVerdict {
  enum class Kind { kGood, kWrong, kThrottled, kBusy };
  Kind kind = Kind::kWrong;
  Seconds wait{};            // kThrottled: not before
  directory::Person person;  // kGood: whose it is
};

class DirectoryPasswords {
 public:
  // All outlive this object.
  DirectoryPasswords(directory::Directory& directory, store::Store& store, SlowGate& gate)
      : directory_(directory), store_(store), gate_(gate) {}

  // Checks a password. A failure is counted before anything is answered; while the throttle holds,
  // the directory is not asked, whose own counters lock accounts; nor is it about a name that no
  // account can have.
  //
  // Input:  `user` and `password`, any bytes; `address`, the peer, textual.
  // Errors: kUnavailable: the directory or the store.
  Result<DirectoryVerdict> check(std::string_view user, const SecretString& password,
                                 std::string_view address, TimePoint now);

 private:
  Result<directory::Person> ask(std::string_view user, const SecretString& password);

  directory::Directory& directory_;
  store::Store& store_;
  SlowGate& gate_;
};

}  // namespace latchkey::identity
