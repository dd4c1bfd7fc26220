#include "latchkey/wire/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>
#include <string>

#include "latchkey/wire/number.h"

namespace latchkey::wire {
namespace {

using Bytes = std::array<unsigned char, 16>;

constexpr unsigned kBits = 128;
constexpr unsigned kMappedBits = 96;  // of an IPv4 address, before its own
constexpr Bytes kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct Address {
  Bytes bytes = kMapped;
  unsigned bits_before = 0;  // before its first own one
};

std::optional<Address> read_address(std::string_view text) {
  // inet_pton stops at a NUL and would not see what follows it.
  if (text.size() >= INET6_ADDRSTRLEN || text.contains('\0')) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> ended{};
  std::ranges::copy(text, ended.begin());
  Address address;
  if (inet_pton(AF_INET, ended.data(), &address.bytes[kMappedBits / 8]) == 1) {
    address.bits_before = kMappedBits;
    return address;
  }
  if (inet_pton(AF_INET6, ended.data(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

// Returns the address with every bit behind the first `bits` cleared.
Bytes cut_behind(Bytes bytes, unsigned bits) {
  for (unsigned at = 0; at < bytes.size(); ++at) {
    const unsigned kept = std::clamp(bits, 8 * at, 8 * at + 8) - 8 * at;
    bytes[at] &= static_cast<unsigned char>(0xff00U >> kept);
  }
  return bytes;
}

}  // namespace

Result<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<Address> address = read_address(text.substr(0, slash));
  if (!address) return fail(ErrorCode::kMalformed, "a network that begins with no address");
  Network network{.address = address->bytes, .bits = kBits};
  if (slash == std::string_view::npos) return network;
  const std::string_view length = text.substr(slash + 1);
  const std::optional<unsigned> bits = read_number<unsigned>(length);
  if (!bits || *bits > kBits - address->bits_before || (length.size() > 1 && length[0] == '0')) {
    return fail(ErrorCode::kMalformed, "a network without the number of its bits");
  }
  network.bits = address->bits_before + *bits;
  if (cut_behind(network.address, network.bits) == network.address) return network;
  return fail(ErrorCode::kMalformed, "a network that is an address within one");
}

bool network_has(const Network& network, std::string_view address) {
  const std::optional<Address> read = read_address(address.substr(0, address.find('%')));
  return read && cut_behind(read->bytes, network.bits) == network.address;
}

}  // namespace latchkey::wire
