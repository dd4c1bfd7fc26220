#include "body_kind.h"

#include "latchkey/wire/chars.h"

namespace latchkey::pages {

BodyKind body_kind(const PageRequest& request) {
  const std::string_view type = request.content_type;
  const std::string media = wire::to_lower(wire::trim_blanks(type.substr(0, type.find(';'))));
  if (media == "application/x-www-form-urlencoded") {
    // Browsers never begin a form like this; curl calls whatever it sends a form, and who forgot to
    // say otherwise should hear of the type and not of a form.
    return request.body.starts_with('{') ? BodyKind::kOther : BodyKind::kForm;
  }
  if (media == "application/json") return BodyKind::kJson;
  return BodyKind::kOther;
}

}  // namespace latchkey::pages
