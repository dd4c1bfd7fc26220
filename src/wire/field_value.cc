#include "latchkey/wire/field_value.h"

#include <algorithm>
#include <functional>

#include "latchkey/wire/chars.h"

namespace latchkey::wire {
namespace {

bool is_printable(char c) { return c >= 0x20 && c <= 0x7e; }

bool is_field_byte(char c) { return c == '\t' || is_printable(c); }

}  // namespace

Result<FieldValue> FieldValue::from(std::string_view text) {
  if (!std::ranges::all_of(text, is_field_byte)) {
    return fail(ErrorCode::kMalformed, "a field value has a byte outside printable ASCII");
  }
  if (!text.empty() && (is_blank(text.front()) || is_blank(text.back()))) {
    return fail(ErrorCode::kMalformed, "a field value begins or ends with a blank");
  }
  return FieldValue(std::string(text));
}

FieldValue FieldValue::of_ours(std::string_view text) {
  Result<FieldValue> value = from(text);
  LK_ASSERT(value.has_value());
  return *std::move(value);
}

bool is_printable_ascii(std::string_view text) { return std::ranges::all_of(text, is_printable); }

std::string printable(std::string_view text) {
  std::string shown(text);
  std::ranges::replace_if(shown, std::not_fn(is_printable), '?');
  return shown;
}

}  // namespace latchkey::wire
