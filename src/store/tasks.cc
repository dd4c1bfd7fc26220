#include "latchkey/store/tasks.h"

#include "store/connection.h"
#include "store/rows.h"
#include "store/sql.h"

namespace latchkey::store {
namespace {

TaskState read_task(Columns& columns) {
  return {.name = columns.text(), .due = columns.time(), .succeeded = columns.maybe_time()};
}

}  // namespace

Result<Lease> Tasks::take(std::string_view name, std::string_view holder, TimePoint now,
                          Seconds lease) {
  LK_TRY(Statement statement, connection_.prepare(sql::task_take));
  LK_TRY(const std::int64_t changed, statement.bind(":name", name)
                                         .bind(":holder", holder)
                                         .bind(":now", now)
                                         .bind(":lease_until", now + lease)
                                         .run());
  return changed > 0 ? Lease::kTaken : Lease::kNotNow;
}

Outcome Tasks::done(std::string_view name, TimePoint now, TimePoint next_due) {
  LK_TRY(Statement statement, connection_.prepare(sql::task_done));
  return statement.bind(":name", name)
      .bind(":now", now)
      .bind(":next_due", next_due)
      .run_on_one("task");
}

Outcome Tasks::failed(std::string_view name, TimePoint next_due) {
  LK_TRY(Statement statement, connection_.prepare(sql::task_failed));
  return statement.bind(":name", name).bind(":next_due", next_due).run_on_one("task");
}

Result<std::vector<TaskState>> Tasks::list() {
  LK_TRY(Statement statement, connection_.prepare(sql::task_list));
  return read_rows<TaskState>(statement, read_task);
}

}  // namespace latchkey::store
