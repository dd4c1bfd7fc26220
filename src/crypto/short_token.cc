#include "latchkey/crypto/short_token.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "latchkey/wire/chars.h"

namespace latchkey::crypto {
namespace {

constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kRandomDigits = 30;
constexpr std::size_t kChecksumDigits = 6;
static_assert(kShortTokenMark.size() + kRandomDigits + kChecksumDigits == kShortTokenBytes);

// Spec: RFC 1952 section 8.
std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

std::string checksum(std::string_view digits) {
  std::string text(kChecksumDigits, kDigits[0]);
  std::size_t rest = crc32(digits);
  for (std::size_t at = kChecksumDigits; at-- > 0; rest /= kDigits.size()) {
    text[at] = kDigits[rest % kDigits.size()];
  }
  return text;
}

// Every digit as likely as any other: the bytes that would make some likelier are thrown away.
char random_digit(Random& random) {
  constexpr unsigned kFair = 256 / kDigits.size() * kDigits.size();
  for (;;) {
    unsigned char byte = 0;
    random.fill({&byte, 1});
    if (byte < kFair) return kDigits[byte % kDigits.size()];
  }
}

}  // namespace

SecretString make_short_token(Random& random) {
  std::string text;
  text.reserve(kShortTokenBytes);  // growing would leave a copy behind
  text += kShortTokenMark;
  for (std::size_t i = 0; i < kRandomDigits; ++i) text += random_digit(random);
  text += checksum(std::string_view(text).substr(kShortTokenMark.size()));
  return SecretString(std::move(text));
}

bool looks_like_short_token(std::string_view text) {
  return text.size() == kShortTokenBytes && text.starts_with(kShortTokenMark);
}

bool is_short_token(std::string_view text) {
  if (!looks_like_short_token(text)) return false;
  const std::string_view digits = text.substr(kShortTokenMark.size());
  return std::ranges::all_of(digits, wire::is_alnum) &&
         checksum(digits.substr(0, kRandomDigits)) == digits.substr(kRandomDigits);
}

}  // namespace latchkey::crypto
