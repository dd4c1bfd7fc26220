// What a process may still do once it serves: another user, no way back, no core of its secrets.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "latchkey/base/result.h"

namespace latchkey::server {

struct Ids {
  uid_t user;
  gid_t group;
};

// Finds whom become() makes of this process; nullopt when it changes nothing.
//
// Errors: kNotFound: no such user or group; kRefused: it is root.
Result<std::optional<Ids>> ids_to_become(const std::string& user, const std::string& group);

// Becomes `user` (its primary group, or `group`), without supplementary groups, and proves that
// becoming root again fails. Does nothing when the process is not root or `user` is empty.
//
// Errors: kNotFound: no such user or group; kRefused: the kernel did not let go.
Outcome become(const std::string& user, const std::string& group);

// No new privileges through exec, no core dumps, no reading of our memory by others of our user,
// umask 077. Call after become().
Outcome harden_process();

// Empties the environment but for the few names a program of ours reads, so that nothing a client
// or a starter put there (HTTP_PROXY, LD_*, locale) reaches a library.
void clean_environment();

}  // namespace latchkey::server
