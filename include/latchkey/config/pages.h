// [pages]: how latchkey's own pages look.
#pragma once

#include <string>

namespace latchkey::config {

struct Pages {
  std::string templates;  // absolute directory of templates that replace ours; empty: none
  bool operator==(const Pages&) const = default;
};

}  // namespace latchkey::config
