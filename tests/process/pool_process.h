// Runs a pool of a small test service in a process of its own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "latchkey/base/unique_fd.h"
#include "latchkey/server/pool.h"

namespace latchkey::testing {

// A pipe that stays open in the test and in everything forked from it.
class Pipe {
 public:
  Pipe();
  void put() const;              // one byte
  bool take() const;             // waits for one byte, at most ten seconds
  int read_end() const { return read_.get(); }
  int write_end() const { return write_.get(); }

 private:
  UniqueFd read_;
  UniqueFd write_;
};

// What the service and the test tell each other. Made before the fork.
struct Signals {
  Pipe entered;   // the service is in the verb `wait` or `slow`
  Pipe release;   // it may go on
  Pipe housekept; // the housekeeper has begun
};

// A program whose service obeys the parameter VERB; see pool_process.cc. Its "configuration" is the
// text of `config_file`: `bad` is refused, `crash` ends who reads it, `no-service` is readable but
// nothing can be made of it, `no-worker` passes the rehearsal only, anything else is what the verb
// `config` answers.
server::PoolProgram test_program(const std::string& config_file, Signals& signals,
                                 server::PoolSettings settings);

class PoolProcess {
 public:
  enum class Ready { kAwait, kIgnore };

  PoolProcess();
  ~PoolProcess();  // ends what still runs, and removes the directory
  PoolProcess(const PoolProcess&) = delete;
  PoolProcess& operator=(const PoolProcess&) = delete;

  server::PoolOptions options;  // change before start()
  Signals signals;
  enum class Housekeeper { kNone, kWaits, kReturns, kLogs };
  Housekeeper housekeeper = Housekeeper::kNone;
  std::function<void()> in_child;  // runs in the process before the pool, for example to place fds

  // Starts the pool and waits until it says READY=1. Without any socket in the options it gets one.
  void start(Ready ready = Ready::kAwait);

  const std::string& where() const { return where_; }  // `unix:PATH` of the default socket
  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  pid_t pid() const { return pid_; }
  void configure(const std::string& text) const;
  void signal(int number) const;

  // Returns the exit status, waiting up to `limit`; nullopt if it still runs or died by a signal.
  std::optional<int> exit_status(std::chrono::milliseconds limit = std::chrono::seconds(20));

  // Waits until `condition` holds, looking again every few milliseconds, up to ten seconds.
  static bool eventually(const std::function<bool()>& condition);

  std::string log() const;
  bool logged(const std::string& text) const { return log().find(text) != std::string::npos; }

 private:
  std::string directory_;
  std::string where_;
  UniqueFd notified_;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

// True if the process ends within ten seconds. It need not be a child.
bool ends(int pidfd);
UniqueFd open_pidfd(pid_t pid);

}  // namespace latchkey::testing
