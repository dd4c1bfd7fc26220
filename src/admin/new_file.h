// Writes files that were not there, whole or not at all: half a file would stand in the way of the
// next attempt.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "latchkey/base/result.h"

namespace latchkey::admin {

// Returns what errno says of `path`, for a person: kConflict if something is there already, else
// kUnavailable.
Error system_error(const std::string& path);

// Writes a file that has this mode whatever the umask is. What is there already is never touched,
// not even through a link.
//
// Errors: kConflict: there is something of that name; kUnavailable: then nothing of ours is left.
Outcome write_new_file(const std::string& path, mode_t mode, std::string_view text);

}  // namespace latchkey::admin
