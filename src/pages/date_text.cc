#include "date_text.h"

#include "latchkey/wire/time.h"

namespace latchkey::pages {

std::string date_text(TimePoint time) {
  const std::string text = wire::rfc3339(time);  // 2026-01-31T09:08:07Z
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

}  // namespace latchkey::pages
