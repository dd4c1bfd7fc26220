// One use of a prepared statement: parameters in by name, columns out in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/crypto/digest.h"

struct sqlite3_stmt;

namespace latchkey::store {

class Connection;

enum class Step { kRow, kDone };

// Lent by Connection::prepare; gives the statement back, reset, at the end of its scope. A first
// fault in binding is kept and reported by step() or run(), so that binds can be chained.
class Statement {
 public:
  Statement(Connection& connection, sqlite3_stmt* statement);
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Bind one parameter, named with its colon. Texts are not copied: they outlive this object.
  // A name that the statement does not have is a fault (kInternal), and so is a parameter never
  // bound: it would be NULL without a word, and a condition on NULL is quietly never true.
  Statement& bind(const char* name, std::string_view text) &;
  Statement& bind(const char* name, std::int64_t number) &;
  Statement& bind(const char* name, TimePoint time) &;
  Statement& bind(const char* name, const std::optional<TimePoint>& time) &;
  Statement& bind(const char* name, const crypto::Digest& digest) &;
  Statement& bind(const char* name, const std::optional<crypto::Digest>& digest) &;
  // A temporary would be gone before step().
  void bind(const char* name, const std::string&& text) & = delete;

  // Goes to the next row. Errors: kConflict: a UNIQUE constraint; kNotFound: the row that a foreign
  // key names; kUnavailable; kInternal: a fault in binding or in the statement, another constraint.
  Result<Step> step();

  // Runs a change. Returns how many rows it changed.
  Result<std::int64_t> run();

  // Runs a change that is about one row. Errors: kNotFound, calling it `what`, if it changed none.
  Outcome run_on_one(const char* what);

  // Reads the only row of a query. Errors: kNotFound, calling it `what`, if there is none.
  Outcome step_to_row(const char* what);

 private:
  friend class Columns;
  int index_of(const char* name);
  Statement& bound(int index, int code);

  Connection& connection_;
  sqlite3_stmt* statement_;
  std::optional<Error> fault_;
  std::uint64_t bound_ = 0;  // a bit for each parameter
};

// Reads the columns of the current row, each once, in the order of the SELECT.
class Columns {
 public:
  explicit Columns(const Statement& statement) : statement_(statement.statement_) {}

  std::string text();
  std::int64_t integer();
  TimePoint time() { return from_unix(integer()); }
  std::optional<TimePoint> maybe_time();
  std::optional<crypto::Digest> maybe_digest();
  std::vector<std::string> lines();  // a newline-joined list; empty text is an empty list

 private:
  std::string_view bytes();

  sqlite3_stmt* statement_;
  int next_ = 0;
};

// The reverse of Columns::lines. No item holds a newline: identity/ lets only printable ones
// through.
std::string join_lines(const std::vector<std::string>& lines);

}  // namespace latchkey::store
