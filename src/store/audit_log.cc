#include "store/audit_log.h"

#include "latchkey/wire/chars.h"
#include "store/audit_rows.h"
#include "store/sql.h"

namespace latchkey::store {
namespace {

constexpr std::size_t kAgentCharsMax = 200;
constexpr std::string_view kNoDetail = "{}";

// What a client says of itself goes into terminals and other programs' logs one day.
std::string printable(std::string_view text) {
  std::string out(text.substr(0, kAgentCharsMax));
  std::erase_if(out, [](char c) { return c != ' ' && !wire::is_visible(c); });
  return out;
}

// The name of that day: accounts go, and their names may be given to others.
Result<std::string> user_name_of(Connection& connection, const AccountId& account) {
  if (account.empty()) return std::string();
  LK_TRY(Statement statement, connection.prepare(sql::account_name));
  LK_CHECK(statement.bind(":id", account.text()).step_to_row("account"));
  return Columns(statement).text();
}

Outcome insert(Connection& connection, const AuditRow& row) {
  LK_TRY(Statement statement, connection.prepare(sql::audit_append));
  LK_CHECK(statement.bind(":seq", row.seq)
               .bind(":time", row.time)
               .bind(":action", row.action)
               .bind(":actor", row.actor)
               .bind(":address", row.address)
               .bind(":agent", row.agent)
               .bind(":account", row.account)
               .bind(":user_name", row.user_name)
               .bind(":object", row.object)
               .bind(":detail", row.detail)
               .bind(":chain", row.chain)
               .run());
  return {};
}

Outcome advance(Connection& connection, const AuditRow& row) {
  LK_TRY(Statement statement, connection.prepare(sql::audit_chain_advance));
  return statement.bind(":seq", row.seq).bind(":chain", row.chain).run_on_one("audit chain");
}

}  // namespace

Outcome append_audit(Transaction& transaction, TimePoint now, const model::Actor& by,
                     const model::AuditEvent& event) {
  Connection& connection = transaction.connection();
  LK_TRY(const AuditHead head, Audit(connection).head());
  AuditRow row;
  row.seq = head.seq + 1;
  row.time = now;
  row.action = name_of(event.action);
  row.actor = by.who;
  row.address = by.address;
  row.agent = printable(by.agent);
  row.account = event.account.text();
  LK_TRY(row.user_name, user_name_of(connection, event.account));
  row.object = event.object;
  row.detail = event.detail.empty() ? kNoDetail : event.detail;
  row.chain = chain_after(head.chain, row);
  LK_CHECK(insert(connection, row));
  return advance(connection, row);
}

}  // namespace latchkey::store
