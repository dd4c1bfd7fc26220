// Ends a socket that something else is waiting on when its time is up. libldap 2.5 with GnuTLS does
// not give a TLS handshake up by itself: with a time-out set it spins for ever on a peer that
// stalls.
#pragma once

#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <stop_token>
#include <thread>

namespace latchkey::directory {

class SocketDeadline {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Input: `descriptor`, which stays open as long as this object.
  SocketDeadline(int descriptor, Time end)
      : thread_([this, descriptor, end](const std::stop_token& stop) {
          // Signals are for the thread that works.
          sigset_t all;
          sigfillset(&all);
          pthread_sigmask(SIG_BLOCK, &all, nullptr);
          std::unique_lock lock(mutex_);
          const bool stopped =
              wake_.wait_until(lock, stop, end, [&stop] { return stop.stop_requested(); });
          if (stopped) return;
          passed_ = true;
          static_cast<void>(::shutdown(descriptor, SHUT_RDWR));
        }) {}

  // True if the socket was ended.
  bool passed() const { return passed_; }

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::atomic<bool> passed_ = false;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace latchkey::directory
