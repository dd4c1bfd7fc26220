// Work that is done as a whole or not at all.
#pragma once

#include <utility>

#include "latchkey/base/result.h"
#include "store/connection.h"

namespace latchkey::store {

class Transaction {
 public:
  // Begins as a writer at once: a reader that becomes one later can find the database changed under
  // it, and would fail instead of waiting. Errors: kUnavailable.
  static Result<Transaction> begin(Connection& connection);

  // Takes over what was begun on the connection without this class: before the schema is ours,
  // begin() would refuse.
  static Transaction joined(Connection& connection) { return Transaction(connection); }

  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;

  // Undoes everything unless committed.
  ~Transaction();

  // Makes it last. Success means it is on the disk. Errors: kUnavailable: nothing was changed.
  Outcome commit();

  // The connection it is on, for those who add to it.
  Connection& connection() const { return *connection_; }

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace latchkey::store
