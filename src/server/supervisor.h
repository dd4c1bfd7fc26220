// The small parent of a pool: forks, watches, replaces, reloads and ends workers. It reads no
// request.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <vector>

#include "backoff.h"
#include "scoreboard.h"
#include "signals.h"
#include "worker.h"

namespace latchkey::server {

class Supervisor {
 public:
  // Input: `sockets`, listening; all references outlive the supervisor. Signals are blocked
  // already.
  Supervisor(std::vector<ListenSocket>& sockets, PoolSettings settings,
             std::optional<std::uint32_t> workers, const PoolProgram& program,
             Scoreboard scoreboard, telemetry::Log& log);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Runs until TERM or INT and returns when no child is left.
  void run();

 private:
  using Clock = std::chrono::steady_clock;
  using TimePoint = Clock::time_point;
  enum class Kind { kWorker, kHousekeeper, kRehearsal };

  struct Child {
    pid_t pid;
    Kind kind;
    std::uint32_t slot;
    TimePoint started;
    std::optional<TimePoint> kill_at;  // told to stop; ended by force then
    bool killed = false;
  };

  void adopt(PoolSettings settings);
  void on_signal(int signal);
  void reap();
  void on_death(const Child& child, int status);
  void report_death(const Child& child, int status, std::chrono::milliseconds delay);
  void finish_rehearsal(int status);

  void fill();
  void spawn(Kind kind);
  [[noreturn]] void become_child(Kind kind, std::uint32_t slot, pid_t parent);
  std::uint32_t free_slot() const;
  std::uint32_t serving(Kind kind) const;

  void stop_children();
  void end_overdue(TimePoint now);
  void end_stuck(TimePoint now);
  std::chrono::milliseconds until_next_look(TimePoint now) const;

  std::vector<ListenSocket>& sockets_;
  std::vector<fcgi::Listener> listeners_;
  PoolSettings settings_;
  std::optional<std::uint32_t> workers_;
  const PoolProgram& program_;
  Scoreboard scoreboard_;
  telemetry::Log& log_;
  SignalFd signals_{SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};
  std::vector<Child> children_;
  Backoff worker_backoff_;
  Backoff housekeeper_backoff_;
  bool stopping_ = false;
  bool reload_again_ = false;  // HUP came while a rehearsal ran
};

}  // namespace latchkey::server
