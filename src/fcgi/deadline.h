// Bounds how long one connection may hold its worker.
#pragma once

#include <csignal>
#include <ctime>

#include <atomic>
#include <chrono>

namespace latchkey::fcgi {

// Shuts the watched socket down when its time is up, so that whatever read or write hangs in it
// returns: libfcgi's reads have no deadline, and a time-out of the socket starts anew with each
// byte of a peer that trickles.
//
// A timer ticks while there is work and stops itself when there is none, so that a request costs no
// system call for it. One object per process, made after fork().
class Deadline {
 public:
  Deadline();
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // False when the kernel gave no timer: then nothing may be served.
  bool valid() const { return valid_; }

  // Watches `fd` from now on; it replaces what was watched.
  void watch(int fd, std::chrono::milliseconds limit);

  // Stops watching. Called before the descriptor is closed, as its number may be used again.
  void clear() { fd_.store(-1); }

  // True if the last watched socket was shut down.
  bool expired() const { return expired_.load(); }

 private:
  static void on_tick(int number, siginfo_t* info, void* context);
  void tick();
  void set_interval(std::chrono::milliseconds interval);

  timer_t timer_{};
  bool valid_ = false;
  std::atomic<int> fd_{-1};
  std::atomic<long> ticks_left_{0};
  std::atomic<bool> ticking_{false};
  std::atomic<bool> expired_{false};
};

}  // namespace latchkey::fcgi
