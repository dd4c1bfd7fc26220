#include "user_code.h"

#include <array>

#include "latchkey/wire/chars.h"

namespace latchkey::pages {
namespace {

constexpr std::string_view kLetters = "BCDFGHJKLMNPQRSTVWXZ";
constexpr std::size_t kLength = 8;
constexpr std::size_t kHalf = kLength / 2;

}  // namespace

std::string make_user_code(Random& random) {
  // Bytes from here on would make the first letters likelier than the last ones.
  constexpr unsigned kFair = 256 / kLetters.size() * kLetters.size();
  std::string code;
  while (code.size() < kLength) {
    std::array<unsigned char, 1> byte{};
    random.fill(byte);
    if (byte[0] < kFair) code += kLetters[byte[0] % kLetters.size()];
  }
  return code;
}

std::string shown_user_code(std::string_view code) {
  return std::string(code.substr(0, kHalf)) + "-" + std::string(code.substr(kHalf));
}

std::optional<std::string> read_user_code(std::string_view typed) {
  std::string code;
  for (const char c : wire::to_upper(typed)) {
    if (c == '-' || wire::is_blank(c)) continue;
    if (!kLetters.contains(c) || code.size() == kLength) return std::nullopt;
    code += c;
  }
  if (code.size() != kLength) return std::nullopt;
  return code;
}

}  // namespace latchkey::pages
