#include "config/prefix.h"

#include "latchkey/wire/target.h"

namespace latchkey::config {

std::optional<std::string> fault_of_prefix(const std::string& text, Star star) {
  if (!text.starts_with('/')) return "must begin with `/`";
  if (text.size() > 1 && text.ends_with('/')) {
    return "must have no final slash: it stands for the path itself and everything below";
  }
  const auto target = wire::canonical_target(text, wire::Semicolon::kRefuse);
  if (!target || target->path != text || target->has_encoded_slash) {
    return "must be a plain decoded path, without `..`, `//`, `;`, `?`, `#` and `%`, as requests "
           "are "
           "compared in that form";
  }
  for (std::size_t at = text.find('*'); at != std::string::npos; at = text.find('*', at + 1)) {
    const bool whole = text[at - 1] == '/' && (at + 1 == text.size() || text[at + 1] == '/');
    if (star == Star::kRefuse) return "must have no `*`";
    if (!whole) return "must have `*` as a whole segment only, as in \"/job/*/build\"";
  }
  return std::nullopt;
}

}  // namespace latchkey::config
