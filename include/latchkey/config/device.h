// [device]: programs without a browser of their own ask for a credential, and their owner says yes
// in a browser (RFC 8628; npm's web login).
#pragma once

#include <string>
#include <vector>

namespace latchkey::config {

struct Device {
  bool enabled = true;
  // Where npm registries are: canonical prefixes, `*` stands for one segment; empty: nowhere.
  std::vector<std::string> npm_registries{"/", "/repository/*"};
  bool operator==(const Device&) const = default;
};

}  // namespace latchkey::config
