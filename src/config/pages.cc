// [pages]: how latchkey's own pages look.
#include "latchkey/config/pages.h"

#include "config/section.h"

namespace latchkey::config {
namespace {

constexpr Key<Pages> kKeys[] = {
    {"templates", [](const Value& v, Pages& pages) { take(v.path(), pages.templates); }},
};

void read_pages(Reading& reading, const Node& table) {
  read_keys<Pages>(reading, table, "pages", kKeys, reading.config.pages);
}

}  // namespace

Section pages_section() {
  return {"pages", Repeated::kNo, names_of<Pages>(kKeys), read_pages};
}

}  // namespace latchkey::config
