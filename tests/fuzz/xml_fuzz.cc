// The small XML: what is read is read the same when it is written again.
#include <algorithm>

#include "fuzz/fuzz.h"
#include "latchkey/wire/xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace latchkey;
  const std::string_view text = fuzz::text_of(data, size);
  const auto fields = wire::read_flat_xml(text, 64 * 1024);
  if (!fields.has_value()) return 0;
  LK_ASSERT(!text.contains("<!") && fields->size() <= wire::kXmlFieldsMax);
  for (const auto& [name, value] : *fields) {
    LK_ASSERT(!name.empty() && std::ranges::count(*fields, name, &wire::XmlField::first) == 1);
  }
  const auto again = wire::read_flat_xml(wire::write_flat_xml("root", *fields), 1024 * 1024);
  LK_ASSERT(again.has_value() && *again == *fields);
  return 0;
}
