#include "latchkey/wire/form.h"

#include <algorithm>

#include "latchkey/wire/chars.h"
#include "latchkey/wire/utf8.h"
#include "percent.h"

namespace latchkey::wire {
namespace {

Result<std::string> form_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const std::optional<char> byte = percent_byte(text.substr(i));
    if (!byte.has_value()) return fail(ErrorCode::kMalformed, "a form with a wrong % sequence");
    out += *byte;
    i += 2;
  }
  // A NUL would end the text early in every C library behind us.
  if (out.contains('\0') || !is_utf8(out)) {
    return fail(ErrorCode::kMalformed, "a form with a NUL or wrong UTF-8");
  }
  return out;
}

}  // namespace

Result<Form> Form::parse(std::string_view urlencoded) {
  if (urlencoded.size() > kFormBytesMax) {
    return fail(ErrorCode::kMalformed, "the form is too large");
  }
  Form form;
  while (!urlencoded.empty()) {
    std::string_view value = cut_at(urlencoded, "&");
    if (value.empty()) continue;
    if (form.fields_.size() == kFormFieldsMax) {
      return fail(ErrorCode::kMalformed, "the form has too many fields");
    }
    const std::string_view name = cut_at(value, "=");
    LK_TRY(std::string decoded_name, form_decode(name));
    LK_TRY(std::string decoded_value, form_decode(value));
    form.fields_.emplace_back(std::move(decoded_name), std::move(decoded_value));
  }
  return form;
}

Result<std::optional<std::string>> Form::single(std::string_view name) const {
  std::vector<std::string> values = all(name);
  if (values.size() > 1) return fail(ErrorCode::kMalformed, "a form field is repeated");
  if (values.empty()) return std::nullopt;
  return std::move(values.front());
}

std::vector<std::string> Form::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const FormField& field : fields_) {
    if (field.first == name) values.push_back(field.second);
  }
  return values;
}

bool Form::has(std::string_view name) const {
  return std::ranges::any_of(fields_, [&](const FormField& field) { return field.first == name; });
}

std::string url_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xf];
  }
  return out;
}

std::string form_encode(std::span<const FormField> fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += url_encode(name) + "=" + url_encode(value);
  }
  return out;
}

}  // namespace latchkey::wire
