// A browser's signed-in session, as the store keeps it. The cookie's value is not in here: the
// store knows its SHA-256 only.
#pragma once

#include <cstdint>
#include <string>

#include "latchkey/base/clock.h"
#include "latchkey/base/ids.h"

namespace latchkey::model {

struct Session {
  std::string id;  // a UUID; names the session in listings, proves nothing
  AccountId account;
  std::int64_t epoch = 0;       // the account's session epoch at sign-in
  std::string provider;         // which provider signed the person in
  std::string provider_sid;     // the provider's `sid`, empty when it has none
  std::string sealed_id_token;  // for RP-initiated logout; sealed, empty for local users
  TimePoint created{};
  TimePoint last_seen{};   // written coarsely, after the reply
  TimePoint idle_end{};    // dead from then on, unless used before
  TimePoint absolute_end{};  // dead from then on in any case
  std::string address;     // from where it was made
  std::string user_agent;  // by what, at most 200 printable characters
};

}  // namespace latchkey::model
