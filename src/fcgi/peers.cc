#include "latchkey/fcgi/peers.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace latchkey::fcgi {
namespace {

constexpr std::string_view kMapped = "::ffff:";

in6_addr mapped(const in_addr& address) {
  in6_addr result{};
  result.s6_addr[10] = result.s6_addr[11] = 0xff;
  std::memcpy(&result.s6_addr[12], &address, sizeof address);
  return result;
}

std::optional<in6_addr> address_of(const std::string& text) {
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return mapped(v4);
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) == 1) return v6;
  return std::nullopt;
}

std::optional<in6_addr> address_of(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    return mapped(reinterpret_cast<const sockaddr_in*>(&peer)->sin_addr);
  }
  if (peer.ss_family == AF_INET6) return reinterpret_cast<const sockaddr_in6*>(&peer)->sin6_addr;
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<Peers> Peers::parse(std::string_view text) {
  Peers peers;
  for (bool last = false; !last;) {
    const std::size_t comma = text.find(',');
    last = comma == std::string_view::npos;
    const std::string one(trimmed(text.substr(0, comma)));
    const std::optional<in6_addr> address = address_of(one);
    if (!address) {
      return fail(ErrorCode::kMalformed, "FCGI_WEB_SERVER_ADDRS has `" + one +
                                             "` where a numeric address belongs");
    }
    peers.addresses_.push_back(*address);
    if (!last) text.remove_prefix(comma + 1);
  }
  return peers;
}

bool Peers::admits(const sockaddr_storage& peer) const {
  const std::optional<in6_addr> address = address_of(peer);
  return address && std::ranges::any_of(addresses_, [&](const in6_addr& one) {
           return std::memcmp(&one, &*address, sizeof one) == 0;
         });
}

std::string address_text(const sockaddr_storage& peer) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const std::optional<in6_addr> address = address_of(peer);
  if (!address || inet_ntop(AF_INET6, &*address, text.data(), text.size()) == nullptr) return "?";
  const std::string_view shown(text.data());
  return std::string(shown.starts_with(kMapped) ? shown.substr(kMapped.size()) : shown);
}

}  // namespace latchkey::fcgi
