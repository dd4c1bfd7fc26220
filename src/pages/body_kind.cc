#include "body_kind.h"

#include "latchkey/wire/chars.h"

namespace latchkey::pages {

BodyKind body_kind(const PageRequest& request) {
  const std::string_view type = request.content_type;
  const std::string media = wire::to_lower(wire::trim_blanks(type.substr(0, type.find(';'))));
  if (media == "application/x-www-form-urlencoded") return BodyKind::kForm;
  if (media == "application/json") return BodyKind::kJson;
  return BodyKind::kOther;
}

}  // namespace latchkey::pages
