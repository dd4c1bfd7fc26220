// Byte classes that all parsers share. All of them are ASCII and independent of the locale.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace latchkey::wire {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
inline bool is_alpha(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
inline bool is_alnum(char c) { return is_alpha(c) || is_digit(c); }
inline bool is_blank(char c) { return c == ' ' || c == '\t'; }
inline bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

// Bytes 0 to 0x1f and DEL.
inline bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// A byte class of many characters, to which long texts are held.
using CharTable = std::array<bool, 256>;
consteval CharTable table_of(std::string_view characters) {
  CharTable table{};
  for (const char c : characters) table[static_cast<unsigned char>(c)] = true;
  return table;
}

// True if every character is in the table. A token of 900 characters is held to it in each request,
// so this looks at four at a time and asks once.
inline bool all_in(const CharTable& table, std::string_view text) {
  const auto has = [&table](char c) -> unsigned { return table[static_cast<unsigned char>(c)]; };
  unsigned all = 1;
  for (; text.size() >= 4; text.remove_prefix(4)) {
    all &= has(text[0]) & has(text[1]) & has(text[2]) & has(text[3]);
  }
  for (const char c : text) all &= has(c);
  return all != 0;
}

// The characters of a token. Spec: RFC 9110 section 5.6.2.
inline constexpr CharTable kTokenChars = table_of(
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
inline bool is_token_char(char c) { return kTokenChars[static_cast<unsigned char>(c)]; }
inline bool is_token(std::string_view text) {
  return !text.empty() && all_in(kTokenChars, text);
}

// The characters of base64url. Spec: RFC 4648 section 5.
inline bool is_base64url(char c) { return is_alnum(c) || c == '-' || c == '_'; }

inline char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_lower(c);
  return out;
}

inline std::string to_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::ranges::equal(a, b, [](char x, char y) { return to_lower(x) == to_lower(y); });
}

inline std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Cuts the part of `rest` before the first byte of `separators` off and returns it; `rest` keeps
// what follows that byte, and is empty when there was none.
inline std::string_view cut_at(std::string_view& rest, std::string_view separators) {
  // Not find_first_of, which calls memchr for each byte.
  const auto separates = [separators](char c) {
    return std::ranges::find(separators, c) != separators.end();
  };
  const auto end = static_cast<std::size_t>(std::ranges::find_if(rest, separates) - rest.begin());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

}  // namespace latchkey::wire
