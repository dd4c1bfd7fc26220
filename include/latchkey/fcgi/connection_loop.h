// Takes connections from listening sockets, one request at a time, and hands each to the Service.
// libfcgi reads the requests; waiting, deadlines, writing and closing are done here, because
// libfcgi waits for ever on a stalled peer and loses signals.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "latchkey/fcgi/peers.h"
#include "latchkey/fcgi/service.h"

namespace latchkey::fcgi {

// A listening, non-blocking socket. The descriptor stays the caller's.
struct Listener {
  int fd = -1;
  model::Transport transport = model::Transport::kUnixSocket;
  Peers peers{};  // others are hung up on before a byte of theirs is read; TCP only
};

// Whether anything may be left unread when a request is answered; decides how a connection closes.
enum class Bodies {
  kIgnored,  // the authorizer: on unix sockets the connection is closed at once
  kRead,     // the responder: what the peer still sends is drained, bounded
};

struct LoopLimits {
  Bodies bodies = Bodies::kIgnored;
  std::uint32_t requests_max = 0;                // then run() returns kRetired; 0: no limit
  std::chrono::milliseconds receive{2'000};      // all parameters of one request
  std::chrono::milliseconds body{3'000};         // its whole body, which nginx and lighttpd buffer
  std::chrono::milliseconds send{10'000};        // the whole answer
  std::chrono::milliseconds idle{60'000};        // a kept connection without a request
  std::chrono::milliseconds drain{300};          // what a peer still sends after its answer
};

// Watches the loop from outside it: the scoreboard and the signals of a worker.
class LoopObserver {
 public:
  enum class Wake { kContinue, kStop };

  virtual ~LoopObserver() = default;
  virtual void busy() {}  // a connection was accepted
  virtual void idle() {}  // it is answered and closed
  // A connection over TCP was closed unread, because its peer is none of the listener's.
  virtual void turned_away(const std::string& /*address*/) {}
  // Called when `wake_fd` is readable, never while a request is in hand.
  virtual Wake woken() = 0;
};

enum class LoopEnd { kStopped, kRetired, kFailed };

class ConnectionLoop {
 public:
  // Input: `listeners`, at least one; `wake_fd`, polled for reading; all outlive the loop.
  ConnectionLoop(std::span<const Listener> listeners, int wake_fd, const LoopLimits& limits,
                 LoopObserver& observer);
  ~ConnectionLoop();
  ConnectionLoop(const ConnectionLoop&) = delete;
  ConnectionLoop& operator=(const ConnectionLoop&) = delete;

  // Serves until the observer says stop or the limit of requests is reached. A request in hand is
  // always answered first. May be called again with another service.
  // Returns: kFailed when the kernel refuses what the loop cannot do without.
  LoopEnd run(Service& service);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace latchkey::fcgi
