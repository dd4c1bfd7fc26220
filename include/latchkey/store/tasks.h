// Leases of the housekeeping tasks: each is done by one process at a time, when it is due.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"

namespace latchkey::store {

class Connection;

enum class Lease {
  kTaken,  // the caller does the task now
  kNotNow  // it is not due, or somebody else is at it
};

// How a task stands.
struct TaskState {
  std::string name;
  TimePoint due{};
  std::optional<TimePoint> succeeded;  // when it last came to its end
};

class Tasks {
 public:
  explicit Tasks(Connection& connection) : connection_(connection) {}

  // Takes the task until `now` + `lease`; a holder that dies loses it then. A task nobody knows is
  // due at once.
  // Errors: kUnavailable.
  Result<Lease> take(std::string_view name, std::string_view holder, TimePoint now, Seconds lease);

  // Gives the task back, done or failed; it is due again at `next_due`.
  Outcome done(std::string_view name, TimePoint now, TimePoint next_due);
  Outcome failed(std::string_view name, TimePoint next_due);

  // Lists all tasks, by their names.
  Result<std::vector<TaskState>> list();

 private:
  Connection& connection_;
};

}  // namespace latchkey::store
