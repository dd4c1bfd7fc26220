// A password as Basic that the directory is asked about: who it proves somebody to be.
#pragma once

#include <optional>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/random.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/config/config.h"
#include "latchkey/directory/directory.h"
#include "latchkey/identity/directory_passwords.h"
#include "latchkey/identity/directory_people.h"
#include "latchkey/identity/resolver.h"
#include "latchkey/model/account.h"
#include "latchkey/model/credential.h"
#include "latchkey/model/decision.h"
#include "latchkey/store/store.h"

namespace latchkey::identity {

class DirectoryProof {
 public:
  // Returns nullopt unless [ldap] basic is on and there is a directory. All outlive the proof.
  static std::optional<DirectoryProof> make(const config::Config& config, store::Store& store,
                                            SlowGate& gate, Random& random,
                                            directory::Directory* directory);

  // Asks the directory, behind the throttle and the gate. Their account is made at first sight, and
  // its facts are asked for where the last answer counts no longer.
  //
  // Input:   `pair`, neither part empty; `address`, the peer.
  // Errors:  a refusal with the reason.
  model::Step<model::Account> owner(const model::BasicPair& pair, std::string_view address,
                                    TimePoint now, Passwords passwords);

 private:
  DirectoryProof(const config::Config& config, store::Store& store, SlowGate& gate, Random& random,
                 directory::Directory& directory)
      : store_(store),
        random_(random),
        passwords_(directory, store, gate),
        people_(config, store, gate, &directory) {}

  model::Step<directory::Person> proven(const model::BasicPair& pair, std::string_view address,
                                        TimePoint now);
  Result<model::Account> account_of(const directory::Person& person, TimePoint now);

  store::Store& store_;
  Random& random_;
  DirectoryPasswords passwords_;
  DirectoryPeople people_;
};

}  // namespace latchkey::identity
