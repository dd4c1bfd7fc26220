#include "latchkey/base/ids.h"

#include <array>
#include <cstdint>

namespace latchkey {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr std::size_t kUuidChars = 36;

bool dash_belongs_at(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::string make_uuid_v7(TimePoint now, Random& random) {
  std::array<unsigned char, 16> bytes{};
  random.fill(bytes);
  const auto milliseconds = static_cast<std::uint64_t>(to_unix(now)) * 1000;
  for (std::size_t i = 0; i < 6; ++i) {
    bytes.at(i) = static_cast<unsigned char>(milliseconds >> (40 - 8 * i));
  }
  bytes[6] = static_cast<unsigned char>(0x70 | (bytes[6] & 0x0f));
  bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3f));
  std::string text;
  text.reserve(kUuidChars);
  for (const unsigned char byte : bytes) {
    if (dash_belongs_at(text.size())) text += '-';
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

bool is_uuid(const std::string& text) {
  if (text.size() != kUuidChars) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (dash_belongs_at(i) ? text[i] != '-' : !is_lower_hex(text[i])) return false;
  }
  return true;
}

}  // namespace latchkey
