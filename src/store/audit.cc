#include "latchkey/store/audit.h"

#include <algorithm>
#include <iterator>

#include "latchkey/wire/json_object.h"
#include "store/audit_log.h"
#include "store/audit_rows.h"
#include "store/connection.h"
#include "store/rows.h"
#include "store/sql.h"

namespace latchkey::store {
namespace {

constexpr std::string_view kPurpose = "latchkey audit";

AuditHead read_head(Columns& columns) {
  AuditHead head;
  head.seq = columns.integer();
  head.chain = columns.maybe_digest().value_or(crypto::Digest());
  return head;
}

}  // namespace

crypto::Digest chain_after(const crypto::Digest& before, const AuditRow& row) {
  return crypto::hmac_sha256(before.bytes(), kPurpose,
                             {std::to_string(row.seq), std::to_string(to_unix(row.time)),
                              row.action, row.actor, row.address, row.agent, row.account,
                              row.user_name, row.object, row.detail});
}

AuditEnds read_audit_ends(Columns& columns) {
  AuditEnds ends;
  ends.base = read_head(columns);
  ends.head = read_head(columns);
  return ends;
}

AuditRow read_audit_row(Columns& columns) {
  AuditRow row;
  row.seq = columns.integer();
  row.time = columns.time();
  row.action = columns.text();
  row.actor = columns.text();
  row.address = columns.text();
  row.agent = columns.text();
  row.account = columns.text();
  row.user_name = columns.text();
  row.object = columns.text();
  row.detail = columns.text();
  row.chain = columns.maybe_digest().value_or(crypto::Digest());
  return row;
}

Outcome Audit::append(TimePoint now, const model::Actor& by, const model::AuditEvent& event) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_CHECK(append_audit(transaction, now, by, event));
  return transaction.commit();
}

Result<std::vector<AuditRow>> Audit::list(std::string_view user_name, std::int64_t after,
                                          std::uint32_t limit) {
  LK_TRY(Statement statement, connection_.prepare(user_name.empty() ? sql::audit_list
                                                                    : sql::audit_list_of_user));
  if (!user_name.empty()) statement.bind(":user_name", user_name);
  statement.bind(":after", after).bind(":limit", std::int64_t{limit});
  return read_rows<AuditRow>(statement, read_audit_row);
}

// The rows go in their order, so the first that is young enough ends it: a clock that once stood
// wrong keeps rows longer, never less long.
Result<std::int64_t> Audit::prune(TimePoint horizon, TimePoint now) {
  LK_TRY(Transaction transaction, Transaction::begin(connection_));
  LK_TRY(const std::vector<AuditRow> oldest,
         list({}, 0, static_cast<std::uint32_t>(kAuditPruneRows)));
  const auto young = std::ranges::find_if(
      oldest, [horizon](const AuditRow& row) { return row.time >= horizon; });
  if (young == oldest.begin()) return 0;
  const AuditRow& last = *std::prev(young);
  {
    LK_TRY(Statement statement, connection_.prepare(sql::audit_chain_rebase));
    LK_CHECK(statement.bind(":seq", last.seq).bind(":chain", last.chain).run_on_one("audit chain"));
  }
  {
    LK_TRY(Statement statement, connection_.prepare(sql::audit_prune));
    LK_CHECK(statement.bind(":seq", last.seq).run());
  }
  LK_CHECK(append_audit(transaction, now, model::Actor::itself(),
                        {.action = model::AuditAction::kAuditPruned,
                         .detail = wire::JsonObject().add("up_to", last.seq).text()}));
  LK_CHECK(transaction.commit());
  return young - oldest.begin();
}

Result<AuditHead> Audit::head() {
  LK_TRY(Statement statement, connection_.prepare(sql::audit_chain_find));
  LK_CHECK(statement.step_to_row("chain of the audit log"));
  Columns columns(statement);
  return read_audit_ends(columns).head;
}

}  // namespace latchkey::store
