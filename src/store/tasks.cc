#include "latchkey/store/tasks.h"

#include "store/connection.h"
#include "store/sql.h"

namespace latchkey::store {

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

Outcome Tasks::done(std::string_view name, TimePoint next_due) {
  LK_TRY(Statement statement, connection_.prepare(sql::task_done));
  return statement.bind(":name", name).bind(":next_due", next_due).run_on_one("task");
}

}  // namespace latchkey::store
