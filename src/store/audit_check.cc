// Audit::verify: walks the chain from its beginning, and says of each fault which row it is about.
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "latchkey/store/audit.h"
#include "store/audit_rows.h"
#include "store/connection.h"
#include "store/sql.h"

namespace latchkey::store {
namespace {

std::string rows_from_to(std::int64_t first, std::int64_t last) {
  if (first == last) return "row " + std::to_string(first) + " is";
  return "rows " + std::to_string(first) + " to " + std::to_string(last) + " are";
}

class ChainWalk {
 public:
  ChainWalk(Connection& connection, const AuditEnds& ends, std::vector<AuditHead> known)
      : connection_(connection), ends_(ends), known_(std::move(known)), at_(ends.base) {
    known_.push_back(ends.head);
    report_.first = ends.base.seq + 1;
    report_.head = ends.head;
    // No row stands at the base any more: whoever moves it there could write all behind it anew.
    compare_with_known();
  }

  // Looks at the next row of the log.
  Outcome see(const AuditRow& row) {
    ++report_.rows;
    if (row.seq > at_.seq + 1) {
      complain(rows_from_to(at_.seq + 1, row.seq - 1) + " missing");
      at_ = {.seq = row.seq, .chain = row.chain};  // nothing can be said of a row behind a gap
    } else if (chain_after(at_.chain, row) == row.chain) {
      at_ = {.seq = row.seq, .chain = row.chain};
    } else {
      LK_CHECK(see_misfit(row));
    }
    compare_with_known();
    return {};
  }

  AuditReport finish() {
    if (at_.seq < ends_.head.seq) {
      complain(rows_from_to(at_.seq + 1, ends_.head.seq) + " missing at the end");
    } else if (at_.seq > ends_.head.seq) {
      complain(rows_from_to(ends_.head.seq + 1, at_.seq) + " not written by latchkey");
    }
    // The last of them is the end that is in the store, of which this was said.
    known_.pop_back();
    for (const AuditHead& head : known_) {
      if (head.seq > std::max(at_.seq, ends_.head.seq)) {
        complain("row " + std::to_string(head.seq) + ", which was noted, is missing");
      } else if (head.seq < ends_.base.seq) {
        complain("row " + std::to_string(head.seq) + ", which was noted, is not kept any more");
      }
    }
    return std::move(report_);
  }

 private:
  void complain(std::string fault) {
    if (report_.faults.size() < kAuditFaultsMax) report_.faults.push_back(std::move(fault));
  }

  Outcome see_misfit(const AuditRow& row) {
    std::optional<AuditRow> moved;
    if (report_.faults.size() < kAuditFaultsMax) {
      LK_TRY(moved, find_what_belongs_here());
    }
    const std::string here = "row " + std::to_string(row.seq);
    if (moved) {
      complain(here + " was put elsewhere: it stands at " + std::to_string(moved->seq));
    } else {
      complain(here + " was changed, or a row before it was written anew");
    }
    at_ = {.seq = row.seq, .chain = moved ? moved->chain : row.chain};
    return {};
  }

  // Finds the row that would fit behind where we are, wherever it stands.
  Result<std::optional<AuditRow>> find_what_belongs_here() {
    LK_TRY(Statement statement, connection_.prepare(sql::audit_list));
    statement.bind(":after", std::int64_t{0})
        .bind(":limit", std::numeric_limits<std::int64_t>::max());
    for (;;) {
      LK_TRY(const Step reached, statement.step());
      if (reached == Step::kDone) return std::nullopt;
      Columns columns(statement);
      AuditRow row = read_audit_row(columns);
      const std::int64_t stands_at = std::exchange(row.seq, at_.seq + 1);
      if (chain_after(at_.chain, row) != row.chain) continue;
      row.seq = stands_at;
      return row;
    }
  }

  void compare_with_known() {
    for (const AuditHead& head : known_) {
      if (head.seq != at_.seq || head.chain == at_.chain) continue;
      complain("row " + std::to_string(head.seq) +
               " is not the one that was noted: the log was written anew");
    }
  }

  Connection& connection_;
  const AuditEnds ends_;
  std::vector<AuditHead> known_;
  AuditHead at_;  // the last row that was seen, and the chain there
  AuditReport report_;
};

}  // namespace

Result<AuditReport> Audit::verify(const std::vector<AuditHead>& known) {
  // While this statement stands at its row, all that is read is of one moment.
  LK_TRY(Statement ends, connection_.prepare(sql::audit_chain_find));
  LK_CHECK(ends.step_to_row("chain of the audit log"));
  Columns columns(ends);
  ChainWalk walk(connection_, read_audit_ends(columns), known);
  LK_TRY(Statement rows, connection_.prepare(sql::audit_whole));
  for (;;) {
    LK_TRY(const Step reached, rows.step());
    if (reached == Step::kDone) return walk.finish();
    Columns row(rows);
    LK_CHECK(walk.see(read_audit_row(row)));
  }
}

}  // namespace latchkey::store
