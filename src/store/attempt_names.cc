// Under which names failed passwords are counted: one person and one network have one spelling
// each, so that another spelling buys no further guesses.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "latchkey/store/attempts.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/field_value.h"

namespace latchkey::store {
namespace {

constexpr std::size_t kNameBytesMax = 200;
constexpr std::size_t kNetworkBytesV6 = 8;  // of /64
constexpr std::size_t kNetworkBytesV4 = 3;  // of /24
constexpr std::size_t kMappedPrefixBytes = 12;

// Holds an upper-case letter, as no canonical name or network does.
constexpr const char* kNobodys = "OTHER";

std::string network_v4(const unsigned char* bytes) {
  std::string text;
  for (std::size_t i = 0; i < kNetworkBytesV4; ++i) text += std::to_string(bytes[i]) + ".";
  return text + "0/24";
}

std::string network_v6(const std::array<unsigned char, 16>& address) {
  std::array<unsigned char, 16> network{};
  std::memcpy(network.data(), address.data(), kNetworkBytesV6);
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, network.data(), text.data(), static_cast<socklen_t>(text.size()));
  return std::string(text.data()) + "/64";
}

}  // namespace

std::string attempt_name(std::string_view user_name) {
  const std::size_t first = user_name.find_first_not_of(' ');
  if (first == std::string_view::npos) return kNobodys;
  const std::string_view trimmed =
      user_name.substr(first, user_name.find_last_not_of(' ') - first + 1);
  if (trimmed.size() > kNameBytesMax || !wire::is_printable_ascii(trimmed)) return kNobodys;
  std::string name = wire::to_lower(trimmed);
  // Directories take several blanks for one.
  const auto both_blank = [](char left, char right) { return left == ' ' && right == ' '; };
  name.erase(std::ranges::unique(name, both_blank).begin(), name.end());
  return name;
}

std::string attempt_network(std::string_view address) {
  // The zone of a link-local address names an interface of ours, no network of theirs.
  const std::string text(address.substr(0, address.find('%')));
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return network_v4(bytes.data());
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return kNobodys;
  constexpr std::array<unsigned char, kMappedPrefixBytes> kMapped{0, 0, 0, 0, 0,    0,
                                                                  0, 0, 0, 0, 0xff, 0xff};
  if (std::memcmp(bytes.data(), kMapped.data(), kMapped.size()) == 0) {
    return network_v4(bytes.data() + kMappedPrefixBytes);
  }
  return network_v6(bytes);
}

}  // namespace latchkey::store
