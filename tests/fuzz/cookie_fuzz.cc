// Cookie fields: what is found lies in the field, behind the whole name, and stands there once.
#include <algorithm>

#include "fuzz/fuzz.h"
#include "latchkey/wire/cookie.h"

namespace latchkey {
namespace {

constexpr std::string_view kName = "__Host-latchkey";

void check_found(std::string_view field, std::string_view value) {
  LK_ASSERT(value.data() >= field.data() + kName.size() + 1);
  LK_ASSERT(value.data() + value.size() <= field.data() + field.size());
  LK_ASSERT(std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7f; }));
  LK_ASSERT(value.find(';') == std::string_view::npos);
  LK_ASSERT(field.size() <= wire::kCookieHeaderBytesMax);
}

// Adding a second cookie of the name must never hide behind what was there.
void check_duplicate(std::string_view field) {
  const std::string twice = std::string(field) + "; " + std::string(kName) + "=planted";
  LK_ASSERT(!wire::find_cookie(twice, kName).has_value());
}

}  // namespace
}  // namespace latchkey

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace latchkey;
  const std::string_view field = fuzz::text_of(data, size);
  const auto found = wire::find_cookie(field, kName);
  if (found.has_value() && found->has_value()) {
    check_found(field, **found);
    check_duplicate(field);
  }
  return 0;
}
