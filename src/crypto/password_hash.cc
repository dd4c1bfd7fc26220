#include "password_hash.h"

#include <string>

namespace latchkey::crypto {
namespace {

constexpr std::string_view kCryptAlphabet =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kBase64Alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::size_t kBcryptBytes = 60;
constexpr std::size_t kDesBytes = 13;
constexpr std::size_t kShaBytes = 28;
// 16 takes several seconds, and each step doubles it.
constexpr int kBcryptCostMax = 16;
constexpr int kBcryptCostMin = 4;

bool only(std::string_view text, std::string_view alphabet) {
  return !text.empty() && text.find_first_not_of(alphabet) == std::string_view::npos;
}

std::optional<int> bcrypt_cost(std::string_view hash) {
  if (hash.size() != kBcryptBytes || hash[6] != '$') return std::nullopt;
  const auto digit = [&](std::size_t at) { return hash[at] - '0'; };
  if (!only(hash.substr(4, 2), "0123456789")) return std::nullopt;
  const int cost = digit(4) * 10 + digit(5);
  if (cost < kBcryptCostMin || cost > kBcryptCostMax) return std::nullopt;
  if (!only(hash.substr(7), kCryptAlphabet)) return std::nullopt;
  return cost;
}

// $id$[rounds=N$]salt$digest: at least a salt and a digest behind the id.
bool is_modular(std::string_view hash) {
  const std::size_t last = hash.rfind('$');
  constexpr std::size_t kDigestBytesMin = 22;
  return hash.substr(last + 1).size() >= kDigestBytesMin &&
         only(hash.substr(last + 1), kCryptAlphabet) && hash.find('$', 1) < last;
}

}  // namespace

std::optional<int> cost_of_hash(std::string_view hash) {
  if (hash.starts_with("$2y$") || hash.starts_with("$2a$") || hash.starts_with("$2b$")) {
    const std::optional<int> cost = bcrypt_cost(hash);
    if (!cost.has_value()) return std::nullopt;
    return 100 + *cost;
  }
  if (hash.starts_with("$y$")) return is_modular(hash) ? std::optional(5) : std::nullopt;
  if (hash.starts_with("$6$")) return is_modular(hash) ? std::optional(4) : std::nullopt;
  if (hash.starts_with("$5$")) return is_modular(hash) ? std::optional(3) : std::nullopt;
  if (hash.starts_with("$apr1$") || hash.starts_with("$1$")) {
    return is_modular(hash) ? std::optional(2) : std::nullopt;
  }
  if (hash.starts_with("{SHA}")) {
    const std::string_view digest = hash.substr(5);
    const bool whole = digest.size() == kShaBytes && digest.back() == '=' &&
                       only(digest.substr(0, kShaBytes - 1), kBase64Alphabet);
    return whole ? std::optional(0) : std::nullopt;
  }
  // Traditional crypt. A plain text of this very form is taken for a hash, which it never matches.
  if (hash.size() == kDesBytes && only(hash, kCryptAlphabet)) return 1;
  return std::nullopt;
}

}  // namespace latchkey::crypto
