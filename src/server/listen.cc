#include "latchkey/server/listen.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "socket_address.h"

namespace latchkey::server {
namespace {

std::unexpected<Error> failed(const std::string& what) {
  const int number = errno;
  return fail(ErrorCode::kUnavailable, what + ": " + std::strerror(number));
}

// The lock is the first file of ours there: what is wrong is the directory, as a rule that of /run
// that nobody has made since the machine was started.
std::unexpected<Error> no_place(const std::string& file) {
  const int number = errno;
  std::string advice;
  if (number == ENOENT) advice = "; make the directory, owned";
  if (number == EACCES) advice = "; let its directory be owned";
  if (!advice.empty()) advice += " by the service's user (systemd: RuntimeDirectory=)";
  return fail(ErrorCode::kUnavailable, file + ": " + std::strerror(number) + advice);
}

// Takes the lock of a unix socket's path. The file could have been removed by a former holder
// between our open and our lock; then the lock guards nothing and is taken again.
Result<UniqueFd> take_lock(const std::string& path) {
  const std::string name = path + ".lock";
  for (int attempt = 0; attempt < 10; ++attempt) {
    UniqueFd lock(open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock.valid()) return no_place(name);
    if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
      return fail(ErrorCode::kConflict, path + ": another instance serves this socket");
    }
    struct stat held {}, named {};
    if (fstat(lock.get(), &held) == 0 && stat(name.c_str(), &named) == 0 &&
        held.st_ino == named.st_ino && held.st_dev == named.st_dev) {
      return lock;
    }
  }
  return fail(ErrorCode::kConflict, name + ": others keep replacing it");
}

// Removes a socket file that nobody serves. Anything else of that name is left alone.
Outcome remove_stale(const std::string& path, const SocketAddress& address) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return {};
    return failed(path);
  }
  if (!S_ISSOCK(found.st_mode)) {
    return fail(ErrorCode::kConflict, path + ": there is a file that is no socket");
  }
  const UniqueFd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (connect(probe.get(), address.get(), address.size()) == 0 || errno != ECONNREFUSED) {
    return fail(ErrorCode::kConflict, path + ": another process serves this socket");
  }
  if (unlink(path.c_str()) != 0) return failed(path);
  return {};
}

// Between bind and listen nobody can connect, so the mode is right before anybody does.
Outcome give_to_group(const std::string& path, const ListenOptions& options) {
  if (!options.socket_group.empty()) {
    const struct group* const group = getgrnam(options.socket_group.c_str());
    if (group == nullptr) {
      return fail(ErrorCode::kNotFound, "no group is named " + options.socket_group);
    }
    if (lchown(path.c_str(), static_cast<uid_t>(-1), group->gr_gid) != 0) return failed(path);
  }
  if (chmod(path.c_str(), options.socket_mode) != 0) return failed(path);
  return {};
}

Outcome bind_unix(int fd, const std::string& path, const ListenOptions& options) {
  const SocketAddress address = SocketAddress::unix_path(path);
  LK_CHECK(remove_stale(path, address));
  const mode_t before = umask(0177);
  const int bound = bind(fd, address.get(), address.size());
  umask(before);
  if (bound != 0) return failed(path);
  return give_to_group(path, options);
}

Outcome bind_tcp(int fd, const TcpAddress& tcp, const std::string& name) {
  const SocketAddress address = SocketAddress::tcp(tcp);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // accepted sockets inherit it
  if (bind(fd, address.get(), address.size()) == 0) return {};
  if (errno == EADDRINUSE) {
    return fail(ErrorCode::kConflict, name + ": another process serves this port");
  }
  return failed(name);
}

std::string name_of(const Address& address) {
  if (const auto* local = std::get_if<UnixAddress>(&address)) return "unix:" + local->path;
  const auto& tcp = std::get<TcpAddress>(address);
  const bool v6 = tcp.host.contains(':');
  return (v6 ? "[" + tcp.host + "]" : tcp.host) + ":" + std::to_string(tcp.port);
}

int family_of(int fd) {
  int domain = 0;
  socklen_t size = sizeof domain;
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 ? domain : AF_UNSPEC;
}

bool is_loopback(const in6_addr& address) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) return address.s6_addr[12] == IN_LOOPBACKNET;
  return IN6_IS_ADDR_LOOPBACK(&address);
}

}  // namespace

Result<ListenSocket> ListenSocket::open(const Address& address, const ListenOptions& options) {
  ListenSocket made;
  made.name_ = name_of(address);
  const auto* const local = std::get_if<UnixAddress>(&address);
  if (local != nullptr) {
    LK_TRY(made.lock_, take_lock(local->path));
  }
  const int family = local != nullptr                                     ? AF_UNIX
                     : std::get<TcpAddress>(address).host.contains(':') ? AF_INET6
                                                                          : AF_INET;
  made.fd_.reset(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made.fd_.valid()) return failed(made.name_);
  if (local != nullptr) {
    LK_CHECK(bind_unix(made.fd_.get(), local->path, options));
    made.path_ = local->path;
  } else {
    LK_CHECK(bind_tcp(made.fd_.get(), std::get<TcpAddress>(address), made.name_));
    made.transport_ = model::Transport::kTcp;
  }
  if (listen(made.fd_.get(), options.backlog) != 0) return failed(made.name_);
  return made;
}

Result<ListenSocket> ListenSocket::adopt(int fd, std::string name, model::Transport local) {
  if (!is_listening(fd)) {
    return fail(ErrorCode::kMalformed, name + " is no listening stream socket");
  }
  const int flags = fcntl(fd, F_GETFL);
  if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    return failed(name);
  }
  ListenSocket adopted;
  adopted.fd_.reset(fd);
  adopted.name_ = std::move(name);
  const bool spawned = local == model::Transport::kInherited;
  adopted.transport_ = family_of(fd) == AF_UNIX ? local
                       : spawned                ? model::Transport::kInheritedTcp
                                                : model::Transport::kTcp;
  return adopted;
}

bool ListenSocket::reachable_from_outside() const {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&bound), &size) != 0) return true;
  switch (bound.ss_family) {
    case AF_UNIX: return false;
    case AF_INET: {
      const in_addr& address = reinterpret_cast<const sockaddr_in&>(bound).sin_addr;
      return ntohl(address.s_addr) >> IN_CLASSA_NSHIFT != IN_LOOPBACKNET;
    }
    case AF_INET6: return !is_loopback(reinterpret_cast<const sockaddr_in6&>(bound).sin6_addr);
    default: return true;
  }
}

void ListenSocket::remove() {
  if (path_.empty()) return;
  unlink(path_.c_str());
  unlink((path_ + ".lock").c_str());  // while it is held, so that nobody else's is removed
  path_.clear();
}

bool is_listening(int fd) {
  int accepting = 0;
  int type = 0;
  socklen_t size = sizeof accepting;
  if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepting, &size) != 0 || accepting == 0) {
    return false;
  }
  size = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

}  // namespace latchkey::server
