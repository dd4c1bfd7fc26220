#include "store/transaction.h"

#include "store/sql_text.h"

namespace latchkey::store {
namespace {

constexpr SqlText kBegin("BEGIN IMMEDIATE");
constexpr SqlText kCommit("COMMIT");
constexpr SqlText kRollback("ROLLBACK");

Outcome run(Connection& connection, SqlText text) {
  LK_TRY(Statement statement, connection.prepare(text));
  LK_CHECK(statement.run());
  return {};
}

}  // namespace

Result<Transaction> Transaction::begin(Connection& connection) {
  LK_CHECK(run(connection, kBegin));
  return Transaction(connection);
}

Outcome Transaction::commit() {
  // On failure the transaction is still ours and the destructor undoes it.
  LK_CHECK(run(*connection_, kCommit));
  connection_ = nullptr;
  return {};
}

Transaction::~Transaction() {
  // A full disk or a broken file has ended it already; then there is nothing left to undo.
  if (connection_ == nullptr || !connection_->in_transaction()) return;
  static_cast<void>(run(*connection_, kRollback));
}

}  // namespace latchkey::store
