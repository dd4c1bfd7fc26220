#include "store/statement.h"

#include <sqlite3.h>

#include <bit>

#include "store/connection.h"

namespace latchkey::store {
namespace {

constexpr int kParametersMax = 64;

// sqlite3.h spells SQLITE_STATIC with an old-style cast; it is a null pointer.
constexpr sqlite3_destructor_type kNotCopied = nullptr;

std::unexpected<Error> nothing_there(const char* what) {
  return fail(ErrorCode::kNotFound, std::string("no such ") + what);
}

}  // namespace

Statement::Statement(Connection& connection, sqlite3_stmt* statement)
    : connection_(connection), statement_(statement) {
  connection_.lend();
}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      fault_(std::move(other.fault_)),
      bound_(other.bound_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  // What reset reports is the error of the last step, which was looked at there.
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  connection_.take_back();
}

int Statement::index_of(const char* name) {
  const int index = sqlite3_bind_parameter_index(statement_, name);
  if ((index < 1 || index > kParametersMax) && !fault_) {
    fault_ = Error{ErrorCode::kInternal, std::string("the statement has no parameter ") + name};
  }
  return index;
}

Statement& Statement::bound(int index, int code) {
  if (index < 1 || index > kParametersMax) return *this;
  if (code != SQLITE_OK && !fault_) fault_ = connection_.error_of(code);
  bound_ |= std::uint64_t{1} << (index - 1);
  return *this;
}

Statement& Statement::bind(const char* name, std::string_view text) & {
  // A view without a pointer would be bound as NULL; it is the empty text.
  const char* const data = text.data() == nullptr ? "" : text.data();
  const int index = index_of(name);
  return bound(index, sqlite3_bind_text64(statement_, index, data, text.size(), kNotCopied,
                                          SQLITE_UTF8));
}

Statement& Statement::bind(const char* name, std::int64_t number) & {
  const int index = index_of(name);
  return bound(index, sqlite3_bind_int64(statement_, index, number));
}

Statement& Statement::bind(const char* name, TimePoint time) & {
  return bind(name, std::int64_t{to_unix(time)});
}

Statement& Statement::bind(const char* name, const std::optional<TimePoint>& time) & {
  if (time) return bind(name, *time);
  const int index = index_of(name);
  return bound(index, sqlite3_bind_null(statement_, index));
}

Statement& Statement::bind(const char* name, const crypto::Digest& digest) & {
  const std::string_view bytes = digest.bytes();
  const int index = index_of(name);
  return bound(index,
               sqlite3_bind_blob64(statement_, index, bytes.data(), bytes.size(), kNotCopied));
}

Statement& Statement::bind(const char* name, const std::optional<crypto::Digest>& digest) & {
  if (digest) return bind(name, *digest);
  const int index = index_of(name);
  return bound(index, sqlite3_bind_null(statement_, index));
}

Result<Step> Statement::step() {
  if (fault_) return std::unexpected(*fault_);
  if (std::popcount(bound_) != sqlite3_bind_parameter_count(statement_)) {
    return fail(ErrorCode::kInternal, std::string("a parameter was not bound: ") +
                                          sqlite3_sql(statement_));
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return Step::kRow;
  if (code == SQLITE_DONE) return Step::kDone;
  return std::unexpected(connection_.error_of(code));
}

Result<std::int64_t> Statement::run() {
  LK_TRY(const Step reached, step());
  if (reached == Step::kRow) return fail(ErrorCode::kInternal, "a change gave a row");
  return connection_.changes();
}

Outcome Statement::run_on_one(const char* what) {
  LK_TRY(const std::int64_t changed, run());
  if (changed == 0) return nothing_there(what);
  return {};
}

Outcome Statement::step_to_row(const char* what) {
  LK_TRY(const Step reached, step());
  if (reached == Step::kDone) return nothing_there(what);
  return {};
}

std::string_view Columns::bytes() {
  const int column = next_++;
  // The blob's pointer must be asked for before its length; for a text this is the text itself.
  const auto* const data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr || size <= 0) return {};
  return {data, static_cast<std::size_t>(size)};
}

std::string Columns::text() { return std::string(bytes()); }

std::int64_t Columns::integer() { return sqlite3_column_int64(statement_, next_++); }

std::optional<TimePoint> Columns::maybe_time() {
  if (sqlite3_column_type(statement_, next_) != SQLITE_NULL) return time();
  ++next_;
  return std::nullopt;
}

std::optional<crypto::Digest> Columns::maybe_digest() {
  auto digest = crypto::Digest::from_bytes(bytes());
  if (!digest) return std::nullopt;
  return *digest;
}

std::vector<std::string> Columns::lines() {
  std::vector<std::string> found;
  std::string_view rest = bytes();
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    found.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return found;
}

std::string join_lines(const std::vector<std::string>& lines) {
  std::string joined;
  for (const std::string& line : lines) {
    if (!joined.empty()) joined += '\n';
    joined += line;
  }
  return joined;
}

}  // namespace latchkey::store
