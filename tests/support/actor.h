// Who does things in tests where it does not matter who.
#pragma once

#include "latchkey/model/audit.h"

namespace latchkey {

inline const model::Actor kSomebody = model::Actor::user("alice", "192.0.2.7", "curl/8.0");

}  // namespace latchkey
