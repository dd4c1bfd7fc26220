// Reads a secret that the configuration names by file.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <expected>
#include <string>

#include "latchkey/base/secret_string.h"

namespace latchkey::config {

inline constexpr std::size_t kSecretBytesMax = 4096;

// Input:   `path`; `bytes_min`, what is shorter is guessable; `service`, the user we are going to
//          become, who may own the file when we are root.
// Returns: the text without one line end behind it.
// Errors:  a sentence that says what is wrong and what would be right. Refused are: what cannot be
//          read, is no regular file, belongs to somebody else, can be read or written by group or
//          others, is empty, too short or too long, or holds anything but printable ASCII.
std::expected<SecretString, std::string> read_secret(const std::string& path, std::size_t bytes_min,
                                                     uid_t service);

}  // namespace latchkey::config
