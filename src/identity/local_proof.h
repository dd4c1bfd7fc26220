// A password as Basic that the users file is asked about: who it proves somebody to be.
#pragma once

#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/random.h"
#include "latchkey/base/refusal_beat.h"
#include "latchkey/base/slow_gate.h"
#include "latchkey/identity/resolver.h"
#include "latchkey/model/account.h"
#include "latchkey/model/credential.h"
#include "latchkey/model/decision.h"
#include "latchkey/store/store.h"
#include "local_users.h"

namespace latchkey::identity {

class LocalProof {
 public:
  // All outlive the proof. `beat`: kYes where a directory takes passwords, too.
  LocalProof(store::Store& store, SlowGate& gate, Random& random, RefusalBeat::Keep beat)
      : store_(store), gate_(gate), random_(random), beat_(beat) {}

  // Compares the password, behind the throttle and the gate. Their account is made at first sight.
  //
  // Input:   `users`, watched for this request; `pair`, neither part empty; `address`, the peer.
  // Errors:  a refusal with the reason.
  model::Step<model::Account> owner(const LocalUsers& users, const model::BasicPair& pair,
                                    std::string_view address, TimePoint now, Passwords passwords);

 private:
  model::Step<model::Account> account_of(const std::string& user, const crypto::Digest& entry,
                                         TimePoint now);

  store::Store& store_;
  SlowGate& gate_;
  Random& random_;
  RefusalBeat::Keep beat_;
};

}  // namespace latchkey::identity
