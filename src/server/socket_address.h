// A socket's address as the kernel wants it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <string>

#include "latchkey/server/listen.h"

namespace latchkey::server {

// Made of checked addresses only: the path fits, the host is numeric.
class SocketAddress {
 public:
  static SocketAddress unix_path(const std::string& path) {
    SocketAddress made;
    auto* const address = reinterpret_cast<sockaddr_un*>(&made.storage_);
    address->sun_family = AF_UNIX;
    path.copy(address->sun_path, sizeof address->sun_path - 1);
    made.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    return made;
  }

  static SocketAddress tcp(const TcpAddress& tcp) {
    SocketAddress made;
    if (tcp.host.contains(':')) {
      auto* const address = reinterpret_cast<sockaddr_in6*>(&made.storage_);
      address->sin6_family = AF_INET6;
      address->sin6_port = htons(tcp.port);
      LK_ASSERT(inet_pton(AF_INET6, tcp.host.c_str(), &address->sin6_addr) == 1);
      made.size_ = sizeof *address;
    } else {
      auto* const address = reinterpret_cast<sockaddr_in*>(&made.storage_);
      address->sin_family = AF_INET;
      address->sin_port = htons(tcp.port);
      LK_ASSERT(inet_pton(AF_INET, tcp.host.c_str(), &address->sin_addr) == 1);
      made.size_ = sizeof *address;
    }
    return made;
  }

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

}  // namespace latchkey::server
