#include "latchkey/store/attempts.h"

#include <algorithm>

#include "store/connection.h"
#include "store/sql.h"
#include "store/transaction.h"

namespace latchkey::store {
namespace {

// Counted for all names (networks) that found no room. Canonical ones hold no upper-case letter, so
// nobody can be called that.
constexpr std::string_view kShared = "SHARED";

struct Kind {
  std::string_view name;  // as in the column
  std::int64_t failures_free;
};

constexpr Kind kName{"name", kNameFailuresFree};
constexpr Kind kNetwork{"network", kNetworkFailuresFree};

struct Counter {
  std::int64_t failures = 0;
  TimePoint last_failure{};
  TimePoint blocked_until{};
};

Result<std::optional<Counter>> find(Connection& connection, const Kind& kind,
                                    std::string_view subject) {
  LK_TRY(Statement statement, connection.prepare(sql::attempt_find));
  statement.bind(":kind", kind.name).bind(":subject", subject);
  LK_TRY(const Step reached, statement.step());
  if (reached == Step::kDone) return std::nullopt;
  Columns columns(statement);
  return Counter{columns.integer(), columns.time(), columns.time()};
}

// How long the next try waits after so many failures.
Seconds wait_after(std::int64_t failures, const Kind& kind) {
  constexpr std::int64_t kDoublingsMax = 10;  // 2^10 s is beyond kAttemptWaitMax
  const std::int64_t beyond = failures - kind.failures_free;
  if (beyond < 0) return Seconds(0);
  return std::min(kAttemptWaitMax, Seconds(std::int64_t{1} << std::min(beyond, kDoublingsMax)));
}

// The end of the block that counts for `subject`: its own, or that of all without a counter.
Result<Seconds> remaining(Connection& connection, const Kind& kind, std::string_view subject,
                          TimePoint now) {
  LK_TRY(std::optional<Counter> counter, find(connection, kind, subject));
  if (!counter) {
    LK_TRY(counter, find(connection, kind, kShared));
  }
  if (!counter) return Seconds(0);
  // Limited above as well, so that a clock set back blocks nobody for hours.
  return std::clamp(counter->blocked_until - now, Seconds(0), kAttemptWaitMax);
}

// Makes room for one more counter. Returns under which subject to count if there is none.
Result<std::string_view> subject_with_room(Connection& connection, const Kind& kind,
                                           std::string_view subject, std::int64_t rows_max,
                                           TimePoint now) {
  {
    LK_TRY(Statement statement, connection.prepare(sql::attempt_count));
    LK_CHECK(statement.bind(":kind", kind.name).step_to_row("count"));
    if (Columns(statement).integer() < rows_max) return subject;
  }
  LK_TRY(Statement statement, connection.prepare(sql::attempt_push_out));
  LK_TRY(const std::int64_t removed,
         statement.bind(":kind", kind.name).bind(":now", now).bind(":shared", kShared).run());
  return removed > 0 ? subject : kShared;
}

Outcome count_failure(Connection& connection, const Kind& kind, std::string_view subject,
                      std::int64_t rows_max, TimePoint now) {
  LK_TRY(std::optional<Counter> counter, find(connection, kind, subject));
  if (!counter) {
    LK_TRY(subject, subject_with_room(connection, kind, subject, rows_max, now));
    LK_TRY(counter, find(connection, kind, subject));
  }
  const bool remembered = counter && now - counter->last_failure < kAttemptMemory;
  const std::int64_t failures = remembered ? counter->failures + 1 : 1;
  LK_TRY(Statement statement, connection.prepare(sql::attempt_put));
  LK_CHECK(statement.bind(":kind", kind.name)
               .bind(":subject", subject)
               .bind(":failures", failures)
               .bind(":now", now)
               .bind(":blocked_until", now + wait_after(failures, kind))
               .run());
  return {};
}

// No network is called that.
std::string reporting(std::string_view address) {
  return "report from " + attempt_network(address);
}

}  // namespace

Result<std::optional<Seconds>> Attempts::retry_after(std::string_view user_name,
                                                     std::string_view address, TimePoint now) {
  const std::string name = attempt_name(user_name);
  const std::string network = attempt_network(address);
  LK_TRY(const Seconds for_name, remaining(connection_, kName, name, now));
  LK_TRY(const Seconds for_network, remaining(connection_, kNetwork, network, now));
  const Seconds longest = std::max(for_name, for_network);
  if (longest == Seconds(0)) return std::nullopt;
  return longest;
}

Outcome Attempts::record_failure(std::string_view user_name, std::string_view address,
                                 TimePoint now) {
  const std::string name = attempt_name(user_name);
  const std::string network = attempt_network(address);
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_CHECK(count_failure(connection_, kName, name, rows_max_, now));
  LK_CHECK(count_failure(connection_, kNetwork, network, rows_max_, now));
  return transaction.commit();
}

Result<std::optional<Seconds>> Attempts::report_retry_after(std::string_view address,
                                                            TimePoint now) {
  const std::string network = reporting(address);
  LK_TRY(const Seconds wait, remaining(connection_, kNetwork, network, now));
  if (wait == Seconds(0)) return std::nullopt;
  return wait;
}

Outcome Attempts::record_report(std::string_view address, TimePoint now) {
  const std::string network = reporting(address);
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_CHECK(count_failure(connection_, kNetwork, network, rows_max_, now));
  return transaction.commit();
}

Outcome Attempts::clear(std::string_view user_name) {
  const std::string name = attempt_name(user_name);
  if (name == attempt_name({})) return {};  // the count of many names: one of them ends it not
  LK_TRY(Statement statement, connection_.prepare(sql::attempt_clear));
  LK_CHECK(statement.bind(":subject", name).run());
  return {};
}

}  // namespace latchkey::store
