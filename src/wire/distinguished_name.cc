#include "latchkey/wire/distinguished_name.h"

#include <optional>

#include "latchkey/wire/chars.h"
#include "latchkey/wire/hex.h"

namespace latchkey::wire {
namespace {

std::optional<char> hex_pair(std::string_view text) {
  if (text.size() < 2 || hex_value(text[0]) < 0 || hex_value(text[1]) < 0) return std::nullopt;
  return static_cast<char>(hex_value(text[0]) * 16 + hex_value(text[1]));
}

bool is_type_char(char c) { return is_alnum(c) || c == '-' || c == '.'; }

// Reads one name from its beginning to its end.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Result<DistinguishedName> name() {
    DistinguishedName attributes;
    do {
      LK_TRY(std::string type, attribute_type());
      LK_TRY(std::string value, attribute_value());
      attributes.emplace_back(std::move(type), std::move(value));
    } while (separator());
    return attributes;
  }

 private:
  Result<std::string> attribute_type() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    std::size_t size = 0;
    while (size < rest_.size() && is_type_char(rest_[size])) ++size;
    if (size == 0 || !rest_.substr(size).starts_with('=')) {
      return fail(ErrorCode::kMalformed, "a name's attribute without type or `=`");
    }
    std::string type(rest_.substr(0, size));
    rest_.remove_prefix(size + 1);
    return type;
  }

  Result<std::string> attribute_value() {
    if (rest_.starts_with('#') || rest_.starts_with('"')) {
      return fail(ErrorCode::kMalformed, "a name's value in a form that is not read");
    }
    std::string value;
    while (!rest_.empty() && rest_.front() != ',' && rest_.front() != '+') {
      LK_TRY(const char c, character());
      value += c;
    }
    return value;
  }

  // One byte of a value. `\` stands before a sign that would mean something else, or two digits.
  Result<char> character() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\0' || c == '"' || c == ';' || c == '<' || c == '>') {
      return fail(ErrorCode::kMalformed, "a name's value with a sign that must be escaped");
    }
    if (c != '\\') return c;
    if (const std::optional<char> byte = hex_pair(rest_)) {
      rest_.remove_prefix(2);
      return *byte;
    }
    constexpr std::string_view kEscapable = "\\\"+,;<>=# ";
    if (rest_.empty() || !kEscapable.contains(rest_.front())) {
      return fail(ErrorCode::kMalformed, "a name's value with a wrong escape");
    }
    const char escaped = rest_.front();
    rest_.remove_prefix(1);
    return escaped;
  }

  bool separator() {
    if (rest_.empty()) return false;
    rest_.remove_prefix(1);  // `,`, or the `+` of several attributes in one step
    return true;
  }

  std::string_view rest_;
};

}  // namespace

Result<DistinguishedName> parse_distinguished_name(std::string_view text) {
  if (text.size() > kNameBytesMax) return fail(ErrorCode::kMalformed, "the name is too long");
  if (text.starts_with('/')) {
    return fail(ErrorCode::kRefused, "a name in the form with slashes can be read in two ways");
  }
  return Reader(text).name();
}

}  // namespace latchkey::wire
