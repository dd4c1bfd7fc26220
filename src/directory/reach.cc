#include "reach.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "latchkey/base/handle.h"
#include "latchkey/base/unique_fd.h"

namespace latchkey::directory {
namespace {

using Addresses = Handle<addrinfo, ::freeaddrinfo>;

// Returns the error number of connecting, 0 if it worked.
int connect_error(const addrinfo& address, std::chrono::milliseconds patience) {
  const UniqueFd fd(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return errno;
  if (::connect(fd.get(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waiting{.fd = fd.get(), .events = POLLOUT, .revents = 0};
  if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

}  // namespace

std::string why_unreachable(const config::LdapServer& server, std::chrono::milliseconds patience) {
  std::string host = server.host;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code =
      ::getaddrinfo(host.c_str(), std::to_string(server.port).c_str(), &hints, &found);
  const Addresses addresses(found);
  if (code != 0) return std::string("unknown host (") + ::gai_strerror(code) + ")";
  int error = 0;
  for (const addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
    error = connect_error(*one, patience);
    if (error == 0) return "it was not reached a moment ago, and is now";
  }
  return std::strerror(error);
}

}  // namespace latchkey::directory
