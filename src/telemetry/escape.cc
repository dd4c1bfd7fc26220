#include "telemetry/escape.h"

#include <cstddef>
#include <cstdint>

#include "latchkey/telemetry/log.h"

namespace latchkey::telemetry {
namespace {

enum class Style { kText, kJson };

// One character of the input: how many bytes it has, and whether they are UTF-8.
struct Character {
  char32_t code = 0;
  std::size_t size = 1;
  bool valid = false;
};

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

// Reads the character that begins at `at`. Overlong forms, surrogates and what is beyond U+10FFFF
// are no UTF-8: a reader of the log that accepts them would see other bytes than we escaped.
Character character_at(std::string_view text, std::size_t at) {
  const std::uint8_t first = byte_at(text, at);
  if (first < 0x80) return {first, 1, true};
  std::size_t size = 0;
  if (first >= 0xc2 && first <= 0xdf) size = 2;
  if (first >= 0xe0 && first <= 0xef) size = 3;
  if (first >= 0xf0 && first <= 0xf4) size = 4;
  if (size == 0 || at + size > text.size()) return {};
  char32_t code = first & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const std::uint8_t next = byte_at(text, at + i);
    if ((next & 0xc0U) != 0x80) return {};
    code = (code << 6U) | (next & 0x3fU);
  }
  const char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < least[size] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, size, true};
}

// Controls of both sets, line separators, and what reorders the text around it on a terminal.
bool is_dangerous(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x061c || code == 0x200e ||
         code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

void append_hex(std::string& line, std::uint32_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    line += "0123456789abcdef"[(value >> static_cast<unsigned>(shift)) & 0xfU];
  }
}

void append_escaped(std::string& line, std::string_view text, Style style) {
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    if (!character.valid) {
      line += style == Style::kJson ? "\\\\x" : "\\x";
      append_hex(line, byte_at(text, at), 2);
    } else if (character.code == '"' || character.code == '\\') {
      line += '\\';
      line += static_cast<char>(character.code);
    } else if (character.code == '\n') {
      line += "\\n";
    } else if (character.code == '\r') {
      line += "\\r";
    } else if (character.code == '\t') {
      line += "\\t";
    } else if (is_dangerous(character.code)) {
      line += "\\u";  // none of them is beyond U+FFFF
      append_hex(line, static_cast<std::uint32_t>(character.code), 4);
    } else {
      line += text.substr(at, character.size);
    }
    at += character.size;
  }
}

// Returns the part that is written. It never ends inside a character, which would look like a byte
// that is no UTF-8.
std::string_view cut(std::string_view value) {
  if (value.size() <= kValueBytesMax) return value;
  std::size_t end = kValueBytesMax;
  while (end > kValueBytesMax - 3 && (byte_at(value, end) & 0xc0U) == 0x80) --end;
  return value.substr(0, end);
}

// True if the value needs no quotes: what stands before it and after it cannot be mistaken for it.
bool is_plain_word(std::string_view value) {
  if (value.empty()) return false;
  for (const char c : value) {
    if (c <= ' ' || c > '~' || c == '"' || c == '\\' || c == '=') return false;
  }
  return true;
}

void append_quoted(std::string& line, std::string_view value, Style style) {
  const std::string_view shown = cut(value);
  line += '"';
  append_escaped(line, shown, style);
  if (shown.size() < value.size()) line += "...";
  line += '"';
}

}  // namespace

void append_text_value(std::string& line, std::string_view value) {
  if (value.size() <= kValueBytesMax && is_plain_word(value)) {
    line += value;
    return;
  }
  append_quoted(line, value, Style::kText);
}

void append_json_string(std::string& line, std::string_view value) {
  append_quoted(line, value, Style::kJson);
}

}  // namespace latchkey::telemetry
