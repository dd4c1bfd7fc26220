// What nexus-proxy's environment variables mean here. Pure: text in, text out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "latchkey/base/result.h"

namespace latchkey::admin {

using Variables = std::map<std::string, std::string>;

// Reads lines of `NAME=VALUE`, as systemd's EnvironmentFile= has them, or as a shell does: `export
// ` before the name, quotes around the value and blanks around both count for nothing; `#` at the
// beginning of a line or behind a blank begins a comment.
//
// Errors:  kMalformed: a line without `=`, quotes around a part only; the detail names its number.
Result<Variables> parse_environment_file(const std::string& text);

// Files that the configuration names, relative to its own directory.
inline constexpr const char* kOldKeyFile = "nexus-proxy.pem";
inline constexpr const char* kClientSecretFile = "google.secret";
inline constexpr const char* kUsersFile = "users";

// Whom the pools become, as in the files of examples/.
inline constexpr const char* kServiceUser = "latchkey";

struct Migration {
  std::string configuration;       // TOML
  std::vector<std::string> notes;  // what is not latchkey's to do, or not the same
  std::vector<std::string> warnings;  // doors that stand open
};

// Returns the names that nexus-proxy did not know: slips of the pen, most of them.
std::vector<std::string> unknown_names(const Variables& variables);

// Input:   `until`, the first day on which old tokens are refused; empty: there is no old key.
// Errors:  kNotFound: a variable without which there is nothing to write; kMalformed: one that
//          cannot be what it is for, or that must be true or false and is neither, or `until` is no
//          day. The detail names it.
Result<Migration> migrate(const Variables& variables, const std::string& until);

}  // namespace latchkey::admin
