// The configuration as it counts: every key, its value, and where it came from. For `latchkey check
// --explain`.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "latchkey/config/load.h"

namespace latchkey::config {

struct EffectiveKey {
  std::string key;     // `site.realm`; of a section that may be repeated `path[1].prefix`
  std::string value;   // as TOML; empty: nothing is set and there is no default
  std::string origin;  // `line 12`, `preset nexus`, `LATCHKEY__SITE__REALM`, or `default`
};

// Returns the keys in the order of the sections, those of repeated sections as often as they are
// there. The defaults are what conf/latchkey.toml shows, which was built in.
//
// Errors:  as load().
std::expected<std::vector<EffectiveKey>, std::vector<Fault>> effective_keys(
    const std::string& file, Environment environment);

}  // namespace latchkey::config
