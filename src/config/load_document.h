// What loading leaves behind besides the Config: the document with overrides and preset in it.
// Private to this folder.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "config/document.h"
#include "latchkey/config/load.h"

namespace latchkey::config {

struct Loaded {
  Config config;
  Node document;
};

// As load().
std::expected<Loaded, std::vector<Fault>> load_document(const std::string& file, Secrets secrets,
                                                        Environment environment);

}  // namespace latchkey::config
