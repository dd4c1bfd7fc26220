// JSON: an accepted text keeps its meaning when it is written and read again, no member has a
// double, and numbers stay within the limits of a NumericDate.
#include <algorithm>

#include "fuzz/fuzz.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/json.h"
#include "latchkey/wire/json_object.h"
#include "latchkey/wire/utf8.h"

namespace latchkey {
namespace {

constexpr std::size_t kBytesMax = std::size_t{64} * 1024;

void check_value(const wire::Json& value, int depth) {
  LK_ASSERT(depth <= wire::kJsonDepthMax + 1);
  std::vector<std::string> names = value.names();
  for (const std::string& name : names) {
    LK_ASSERT(value.has(name) && wire::is_utf8(name) && !name.contains('\0'));
    const auto number = value.integer(name);
    if (number.has_value()) LK_ASSERT(*number >= 0 && *number <= wire::kNumericDateMax);
    const auto text = value.string(name);
    if (text.has_value()) LK_ASSERT(wire::is_utf8(*text) && !text->contains('\0'));
    const auto object = value.object(name);
    if (object.has_value()) check_value(*object, depth + 1);
  }
  std::ranges::sort(names);
  LK_ASSERT(std::ranges::adjacent_find(names) == names.end());
  for (const wire::Json& element : value.elements()) check_value(element, depth + 1);
}

void check_base64(std::string_view text) {
  LK_ASSERT(wire::base64_decode(wire::base64_encode(text)) == text);
  const auto decoded = wire::base64url_decode(text);
  if (decoded.has_value()) LK_ASSERT(wire::base64url_encode(*decoded) == text);
}

}  // namespace
}  // namespace latchkey

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace latchkey;
  const std::string_view text = fuzz::text_of(data, size);
  check_base64(text);
  const auto json = wire::Json::parse(text, kBytesMax);
  if (json.has_value()) {
    check_value(*json, 1);
    // Escapes may be written longer than they were read, and numbers with another precision.
    const auto again = wire::Json::parse(json->text(), kBytesMax * 8);
    LK_ASSERT(again.has_value() && again->names() == json->names());
  }
  const auto written = wire::Json::parse(wire::JsonObject().add("v", text).text(), size * 6 + 64);
  LK_ASSERT(written.has_value() == !text.contains('\0'));
  return 0;
}
