// Reads and checks the configuration, all of it, before anything of it is used.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "latchkey/config/config.h"

namespace latchkey::config {

// One thing that is wrong, and what would be right.
struct Fault {
  std::string file;
  std::uint32_t line = 0;  // 0: the file as a whole, or the environment
  std::string key;         // dotted, for example "site.url"; empty when the file is no TOML
  std::string text;

  // Returns `FILE:LINE: KEY: TEXT`.
  std::string str() const;
};

// Which secret files are opened. The authorizer never reads a provider's secret.
enum class Secrets { kAll, kPoolOnly };

// Whether LATCHKEY__SECTION__KEY in the environment overrides the file. Not under CGI.
enum class Environment { kOverrides, kIgnored };

// Input:   `file`, the path of the TOML file; relative paths inside it are relative to its
//          directory.
// Returns: the checked configuration.
// Errors:  every fault found, in the order of the file, never only the first.
std::expected<Config, std::vector<Fault>> load(const std::string& file, Secrets secrets,
                                               Environment environment);

// Which file is meant: `option` if not empty, else LATCHKEY_CONFIG, else
// /etc/latchkey/latchkey.toml.
std::string chosen_file(const std::string& option);

}  // namespace latchkey::config
