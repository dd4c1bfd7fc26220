// Listening sockets: our own, or those somebody opened for us.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "latchkey/base/result.h"
#include "latchkey/base/unique_fd.h"
#include "latchkey/fcgi/connection_loop.h"

namespace latchkey::server {

struct UnixAddress {
  std::string path;  // absolute
};
struct TcpAddress {
  std::string host;  // a numeric address, IPv6 without brackets
  std::uint16_t port = 0;
};
using Address = std::variant<UnixAddress, TcpAddress>;

// Reads `unix:PATH`, `127.0.0.1:PORT` or `[::1]:PORT`.
//
// Errors: kMalformed, with a text that says what would be right: a relative or too long path, a
//         host name instead of an address, a port outside 1 to 65535.
Result<Address> parse_address(const std::string& text);

struct ListenOptions {
  std::string socket_group;            // empty: leave the process's group
  std::uint32_t socket_mode = 0660;    // of unix sockets
  int backlog = 4096;
};

// One listening socket. A unix socket we made is held by a lock beside it (`PATH.lock`), so that a
// second instance cannot take a live one away; both files go when remove() is called.
class ListenSocket {
 public:
  // Makes the socket. A stale file (nobody answers, nobody holds the lock) is replaced.
  // Errors: kConflict: another process serves there; kUnavailable: anything the kernel says.
  static Result<ListenSocket> open(const Address& address, const ListenOptions& options);

  // Takes over a descriptor that listens already and makes it non-blocking and close-on-exec.
  // Input:  `local`, how questions come if it is a unix socket.
  // Errors: kMalformed: it is no listening stream socket.
  static Result<ListenSocket> adopt(int fd, std::string name,
                                    model::Transport local = model::Transport::kInherited);

  fcgi::Listener listener() const { return {fd_.get(), transport_, peers_}; }

  // True if other machines may reach it: a TCP socket that is not bound to an address of loopback.
  // What the kernel does not tell counts as true.
  bool reachable_from_outside() const;

  // From now on only these may connect, if the socket is one of TCP.
  void admit_only(const fcgi::Peers& peers) { peers_ = peers; }

  const std::string& name() const { return name_; }

  // Removes the files of a socket we made. Workers never call it.
  void remove();

  // Gives up the lock in a worker, which only inherited it.
  void forget_lock() { lock_.reset(); }

 private:
  UniqueFd fd_;
  UniqueFd lock_;
  std::string name_;  // as an operator writes it
  std::string path_;  // of a unix socket we made
  model::Transport transport_ = model::Transport::kUnixSocket;
  fcgi::Peers peers_;
};

// True if `fd` is a socket that accepts connections (SO_ACCEPTCONN); asked ourselves, because
// libfcgi takes any unconnected socket for one.
bool is_listening(int fd);

// True when this process was started for one CGI request: GATEWAY_INTERFACE is set and descriptor 0
// is no listening socket. Ask before looking at the command line, which a client writes then.
// Spec: RFC 3875 section 4.4.
bool started_as_cgi();

// The sockets handed over at the start: LISTEN_FDS (if LISTEN_PID is us), else descriptor 0. Empty
// when there are none.
enum class Handover { kNone, kDescriptor0, kSystemd };
struct Inherited {
  Handover how = Handover::kNone;
  std::vector<ListenSocket> sockets;
};
Result<Inherited> inherited_sockets();

}  // namespace latchkey::server
