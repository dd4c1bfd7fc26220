// One accepted FastCGI connection after the other, through libfcgi. Knows the protocol; knows
// nothing of listening sockets.
#pragma once

#include <fcgiapp.h>

#include <chrono>
#include <cstdint>
#include <string_view>

#include "deadline.h"
#include "latchkey/base/unique_fd.h"
#include "latchkey/fcgi/connection_loop.h"

namespace latchkey::fcgi {

// Sends all of `bytes`. One call as long as the peer takes it. Returns false when it is gone.
bool send_all(int fd, std::string_view bytes);

// Holds at most one connection. Not re-entrant: one request at a time.
class FastcgiConnection {
 public:
  // Input: `limits` and `deadline` outlive the object.
  FastcgiConnection(const LoopLimits& limits, Deadline& deadline);
  ~FastcgiConnection();
  FastcgiConnection(const FastcgiConnection&) = delete;
  FastcgiConnection& operator=(const FastcgiConnection&) = delete;

  // False when libfcgi could not be set up.
  bool valid() const { return valid_; }

  // Returns the held connection's descriptor, or -1.
  int fd() const { return request_.ipcFd; }

  // Takes a connection; none is held.
  void take(UniqueFd connection, model::Transport transport);

  // Receives the next request of the held connection, lets `service` answer it, and closes the
  // connection unless the peer keeps it. A bad or stalled peer is dropped without an answer.
  enum class Served { kAnswered, kDropped };
  Served serve(Service& service);

  // Drops the held connection.
  void close_now();

 private:
  class Handed;  // the Exchange
  enum class Rest { kNone, kComing };
  bool keepable();
  void finish(Role role, Rest rest_of_body);
  bool read_rest();

  const LoopLimits& limits_;
  Deadline& deadline_;
  FCGX_Request request_{};
  model::Transport transport_ = model::Transport::kUnixSocket;
  bool valid_ = false;
};

}  // namespace latchkey::fcgi
