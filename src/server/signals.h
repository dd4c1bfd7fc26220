// Signals as something to poll for, so that none is lost between a look and a wait, and none
// interrupts a request.
#pragma once

#include <csignal>
#include <initializer_list>
#include <optional>

#include "latchkey/base/unique_fd.h"
#include "latchkey/server/pool.h"

namespace latchkey::server {

// Blocks all signals the pool knows (TERM, INT, HUP, USR1, CHLD). Children inherit that; each makes
// a SignalFd of its own for those it obeys.
void block_pool_signals();

// Makes errors of what would end the process: a write to a peer that is gone, and to a file at the
// largest size that the account may give one. A store that cannot grow is then a full one.
void ignore_failed_writes();

class SignalFd {
 public:
  explicit SignalFd(std::initializer_list<int> signals);

  int fd() const { return fd_.get(); }

  // Returns the next signal that came, or nullopt.
  std::optional<int> next() const;

 private:
  UniqueFd fd_;
};

// Opens the log again after it was renamed: what USR1 asks of each process. A failure is logged, to
// where the log went before.
void reopen_log(telemetry::Log& log);

// Stops at TERM or INT; opens the log again at USR1, while it waits.
class ProcessStopSignal final : public StopSignal {
 public:
  explicit ProcessStopSignal(telemetry::Log& log) : log_(log) {}

  Waited wait_for(std::chrono::milliseconds time) override;

 private:
  void take_signals();

  telemetry::Log& log_;
  SignalFd signals_{SIGTERM, SIGINT, SIGUSR1};
  bool stopped_ = false;
};

}  // namespace latchkey::server
