// The users of this machine, as messages name them.
#pragma once

#include <sys/types.h>

#include <string>

namespace latchkey {

// Returns the user's name, or `user NUMBER` where there is none.
std::string user_name_of(uid_t user);

}  // namespace latchkey
