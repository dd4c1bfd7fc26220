// How a step that can fail reports it: a value, or a code to branch on and a detail for the log.
// Every stage of the flow returns these; nothing in the project throws.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace latchkey {

enum class ErrorCode {
  kMalformed,  // the input breaks its grammar or a limit: refuse the caller
  kRefused,    // well formed, but not acceptable (signature, audience, password): refuse the caller
  kExpired,    // was acceptable once: refuse the caller
  kNotFound,   // nothing has that name or id
  kConflict,   // it would contradict what is stored already
  kUnavailable,  // we cannot tell now (store, network, file): answer 503, the caller may retry
  kInternal,     // a fault of ours: answer 503, and look at the log
};

// Returns the code's name in snake case, for example "not_found". The view lives for ever.
const char* name_of(ErrorCode code);

// Branch on `code`, never on the text. `detail` is for the log and never holds a credential.
struct Error {
  ErrorCode code;
  std::string detail;
};

template <typename T>
using Result = std::expected<T, Error>;

// The result of a step that yields nothing but may fail.
using Outcome = Result<void>;

inline std::unexpected<Error> fail(ErrorCode code, std::string detail) {
  return std::unexpected(Error{code, std::move(detail)});
}

// Ends the process after printing the broken invariant. Used through LK_ASSERT only.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace latchkey

#define LK_CONCAT_INNER(a, b) a##b
#define LK_CONCAT(a, b) LK_CONCAT_INNER(a, b)

// LK_TRY(const User user, users.find(name)); declares `user`, or returns the error of the
// expression. A declaration with a comma at top level needs a type alias. A statement of its own,
// never in an if.
#define LK_TRY(declaration, ...)                                              \
  auto LK_CONCAT(lk_result_, __LINE__) = (__VA_ARGS__);                       \
  if (!LK_CONCAT(lk_result_, __LINE__).has_value())                           \
    return std::unexpected(std::move(LK_CONCAT(lk_result_, __LINE__)).error()); \
  declaration = *std::move(LK_CONCAT(lk_result_, __LINE__))

// LK_CHECK(statement.run()); returns the error of the expression, if it has one.
#define LK_CHECK(...)                                                         \
  do {                                                                        \
    auto lk_outcome = (__VA_ARGS__);                                          \
    if (!lk_outcome.has_value()) return std::unexpected(std::move(lk_outcome).error()); \
  } while (false)

// An invariant of ours. Always compiled in: a broken one ends the worker, which refuses the
// request.
#define LK_ASSERT(condition)          \
  ((condition) ? static_cast<void>(0) \
               : ::latchkey::assertion_failed(#condition, __FILE__, __LINE__))
