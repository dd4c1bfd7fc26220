// Forms: what single() gives is the one value of that name, and written again it is read the same.
#include "fuzz/fuzz.h"
#include "latchkey/wire/form.h"
#include "latchkey/wire/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace latchkey;
  const std::string_view text = fuzz::text_of(data, size);
  const auto form = wire::Form::parse(text);
  if (form.has_value()) {
    for (const char* name : {"a", "state", "rd", ""}) {
      const auto values = form->all(name);
      const auto single = form->single(name);
      LK_ASSERT(form->has(name) == !values.empty());
      LK_ASSERT(single.has_value() == (values.size() < 2));
      if (values.size() == 1) LK_ASSERT(**single == values.front());
      for (const std::string& value : values) {
        LK_ASSERT(wire::is_utf8(value) && !value.contains('\0'));
      }
    }
  }
  if (text.contains('\0') || !wire::is_utf8(text) || size * 3 > wire::kFormBytesMax - 2) return 0;
  const std::vector<wire::FormField> fields = {{"a", std::string(text)}};
  const auto again = wire::Form::parse(wire::form_encode(fields));
  LK_ASSERT(again.has_value() && **again->single("a") == text);
  return 0;
}
