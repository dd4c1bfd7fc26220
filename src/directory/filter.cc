#include "filter.h"

#include "latchkey/wire/hex.h"

namespace latchkey::directory {
namespace {

bool is_plain(char c) {
  return c >= ' ' && c <= '~' && c != '*' && c != '(' && c != ')' && c != '\\';
}

}  // namespace

std::string escape_filter_value(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (is_plain(c)) {
      escaped += c;
    } else {
      escaped += "\\" + wire::hex_encode({&c, 1});
    }
  }
  return escaped;
}

std::string fill_filter(std::string_view pattern, std::string_view zero, std::string_view one) {
  std::string filter;
  while (!pattern.empty()) {
    if (pattern.starts_with("{0}") || pattern.starts_with("{1}")) {
      filter += escape_filter_value(pattern[1] == '0' ? zero : one);
      pattern.remove_prefix(3);
    } else {
      filter += pattern.front();
      pattern.remove_prefix(1);
    }
  }
  return filter.starts_with('(') ? filter : "(" + filter + ")";
}

}  // namespace latchkey::directory
