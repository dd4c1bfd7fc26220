#include "latchkey/base/system_user.h"

#include <pwd.h>

namespace latchkey {

std::string user_name_of(uid_t user) {
  const passwd* const entry = getpwuid(user);
  return entry != nullptr ? entry->pw_name : "user " + std::to_string(user);
}

}  // namespace latchkey
