#include "latchkey/wire/base64.h"

#include <array>
#include <cstdint>

namespace latchkey::wire {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t kNoDigit = 0xff;
using Digits = std::array<std::uint8_t, 256>;

constexpr Digits digits_of(std::string_view alphabet) {
  Digits digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    digits[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}

constexpr Digits kStandardDigits = digits_of(kStandard);
constexpr Digits kUrlDigits = digits_of(kUrl);

std::string encode(std::string_view bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out += alphabet[(buffer >> bits) & 0x3f];
    }
  }
  if (bits > 0) out += alphabet[(buffer << (6 - bits)) & 0x3f];
  return out;
}

// Four digits are three bytes; a token of 900 characters is decoded for its first decision. Writes
// to `out` three bytes for each whole group of `text`.
bool decode_groups(std::string_view text, const Digits& digits, char* out) {
  const auto digit = [&digits](char c) {
    return std::uint32_t{digits[static_cast<unsigned char>(c)]};
  };
  std::uint32_t seen = 0;
  for (; text.size() >= 4; text.remove_prefix(4)) {
    const std::uint32_t a = digit(text[0]);
    const std::uint32_t b = digit(text[1]);
    const std::uint32_t c = digit(text[2]);
    const std::uint32_t d = digit(text[3]);
    seen |= a | b | c | d;
    const std::uint32_t group = (a << 18) | (b << 12) | (c << 6) | d;
    *out++ = static_cast<char>((group >> 16) & 0xff);
    *out++ = static_cast<char>((group >> 8) & 0xff);
    *out++ = static_cast<char>(group & 0xff);
  }
  return seen <= 0x3f;
}

Result<std::string> decode(std::string_view text, const Digits& digits) {
  // One digit over a multiple of four holds six bits, which is less than a byte.
  if (text.size() % 4 == 1) return fail(ErrorCode::kMalformed, "base64 of an impossible length");
  // As long as it will be: a password must not leave a copy behind where it outgrew its place.
  std::string out(text.size() * 3 / 4, '\0');
  bool good = decode_groups(text, digits, out.data());
  std::size_t end = text.size() / 4 * 3;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text.substr(text.size() / 4 * 4)) {
    const std::uint8_t digit = digits[static_cast<unsigned char>(c)];
    good = good && digit != kNoDigit;
    buffer = (buffer << 6) | digit;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[end++] = static_cast<char>((buffer >> bits) & 0xff);
    }
  }
  if (!good) return fail(ErrorCode::kMalformed, "a byte outside the base64 alphabet");
  // Otherwise sixteen texts would mean the same bytes, and a token could be spelled anew.
  if ((buffer & ((1U << bits) - 1)) != 0) {
    return fail(ErrorCode::kMalformed, "base64 with bits left over");
  }
  return out;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out = encode(bytes, kStandard);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

Result<std::string> base64_decode(std::string_view text) {
  const std::size_t length = text.size();
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  if (text.size() != length && length % 4 != 0) {
    return fail(ErrorCode::kMalformed, "base64 with wrong padding");
  }
  return decode(text, kStandardDigits);
}

std::string base64url_encode(std::string_view bytes) { return encode(bytes, kUrl); }

Result<std::string> base64url_decode(std::string_view text) { return decode(text, kUrlDigits); }

}  // namespace latchkey::wire
