#pragma once

#include <string_view>

#include "latchkey/model/account.h"
#include "latchkey/model/session.h"

namespace latchkey::admin {

// One word: `live`, `expired`, or `ended` when the account was disabled or has left the session's
// epoch behind.
inline std::string_view state_of(const model::Session& session, const model::Account& account,
                                 TimePoint now) {
  if (account.disabled || session.epoch != account.session_epoch) return "ended";
  return session.idle_end <= now || session.absolute_end <= now ? "expired" : "live";
}

}  // namespace latchkey::admin
