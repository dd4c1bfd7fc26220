// What the store has to say when keys change. The keys themselves are files (crypto/key_change.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"
#include "latchkey/base/result.h"
#include "latchkey/crypto/key_change.h"
#include "latchkey/model/audit.h"

namespace latchkey::store {

class Connection;

class Keys {
 public:
  explicit Keys(Connection& connection) : connection_(connection) {}

  // Makes a change of keys, its rows of the audit log and the end of the credentials that a removed
  // key signed: all of it or nothing. A dropped key ends those too of which nobody has written down
  // the key. Keys that signed one may be gone for other reasons: only this ends what they signed.
  //
  // Returns: how many credentials ended.
  // Errors:  kUnavailable, or what the files say; nothing is changed.
  Result<std::int64_t> change(TimePoint now, const model::Actor& by,
                              const std::vector<crypto::KeyNews>& news, crypto::KeyFiles& files);

  // The same for those who change the keys and do not ask how many. Lives no longer than this.
  crypto::KeyChanger changer(TimePoint now, model::Actor by);

  // Ends what the drop of a key would have ended that is gone without change(), and tells of it.
  //
  // Returns: how many credentials ended; where the key is not known to have signed one that is good
  //          still, 0, and nothing is written.
  Result<std::int64_t> end_of_lost(const KeyId& id, TimePoint now, const model::Actor& by);

 private:
  Result<bool> is_old(const std::vector<crypto::KeyNews>& news);

  Connection& connection_;
};

}  // namespace latchkey::store
