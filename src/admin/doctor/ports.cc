#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "machine.h"
#include "latchkey/base/handle.h"
#include "latchkey/base/unique_fd.h"
#include "latchkey/wire/number.h"

namespace latchkey::admin::doctor {
namespace {

constexpr int kConnectMilliseconds = 1000;

using Interfaces = Handle<ifaddrs, freeifaddrs>;

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

void set_port(Address& address, std::uint16_t port) {
  if (address.storage.ss_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port = htons(port);
  }
}

std::string text_of(const Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  const bool v6 = address.storage.ss_family == AF_INET6;
  const void* const bytes =
      v6 ? static_cast<const void*>(
               &reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_addr)
         : &reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_addr;
  ::inet_ntop(address.storage.ss_family, bytes, text, sizeof text);
  return v6 ? "[" + std::string(text) + "]" : text;
}

std::optional<Address> parse(const std::string& text) {
  Address address;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    address.size = sizeof *v4;
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    address.size = sizeof *v6;
  } else {
    return std::nullopt;
  }
  return address;
}

// All addresses of this machine that others can reach.
std::vector<Address> own_addresses() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const Interfaces owned(list);
  std::vector<Address> all;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || (at->ifa_flags & IFF_LOOPBACK) != 0) continue;
    Address address;
    if (at->ifa_addr->sa_family == AF_INET) address.size = sizeof(sockaddr_in);
    if (at->ifa_addr->sa_family == AF_INET6) address.size = sizeof(sockaddr_in6);
    if (address.size == 0) continue;
    std::memcpy(&address.storage, at->ifa_addr, address.size);
    all.push_back(address);
  }
  return all;
}

bool accepts(const Address& address) {
  const UniqueFd fd(::socket(address.storage.ss_family,
                             SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return false;
  const auto* const raw = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::connect(fd.get(), raw, address.size) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd waiting{fd.get(), POLLOUT, 0};
  if (::poll(&waiting, 1, kConnectMilliseconds) != 1) return false;
  int fault = 0;
  socklen_t size = sizeof fault;
  return ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &fault, &size) == 0 && fault == 0;
}

std::optional<std::uint16_t> port_of(const std::string& socket) {
  if (socket.starts_with("unix:")) return std::nullopt;
  const std::size_t colon = socket.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  return wire::read_number<std::uint16_t>(std::string_view(socket).substr(colon + 1));
}

}  // namespace

void look_at_ports(const std::vector<std::string>& sockets,
                   const std::vector<std::string>& outside, Report& report) {
  std::vector<Address> addresses = own_addresses();
  for (const std::string& text : outside) {
    if (const auto address = parse(text)) addresses.push_back(*address);
    else report.add(Fault::kUnanswered, kThisMachine, text + " (no address)");
  }
  for (const std::string& socket : sockets) {
    const std::optional<std::uint16_t> port = port_of(socket);
    if (!port) continue;
    for (Address address : addresses) {
      set_port(address, *port);
      if (accepts(address)) {
        report.add(Fault::kAuthorizerOutside, kThisMachine,
                   text_of(address) + ":" + std::to_string(*port));
      }
    }
  }
}

}  // namespace latchkey::admin::doctor
