// The log: one line per event, an event's name and typed fields. Everybody who replies, forks or
// talks to the outside holds a reference to one Log; lower layers return errors instead.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/base/secret_string.h"

namespace latchkey::model {
struct CanonicalRequest;
class Decision;
}  // namespace latchkey::model

namespace latchkey::telemetry {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class Format { kText, kJson };

// Bounds of one line, so that no client decides how much is written.
inline constexpr std::size_t kValueBytesMax = 512;  // a longer value is cut and ends with `...`
inline constexpr std::size_t kFieldsMax = 24;       // further fields are left out

// The name of an event or of a field: a literal of `a-z`, `0-9` and `_`, checked while compiling,
// so that nothing a client sent can stand where a name is expected.
class Name {
 public:
  template <std::size_t size>
  consteval Name(const char (&literal)[size]) : text_(literal, size - 1) {  // implicit on purpose
    if (text_.empty()) throw "a name is not empty";
    for (const char c : text_) {
      const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      if (!good) throw "a name has a-z, 0-9 and _ only";
    }
  }
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// One fact of an event. A view: it lives as long as the call it stands in. A SecretString is no
// value: a line that would print one does not compile.
class Field {
 public:
  Field(Name name, std::string_view value) : name_(name), value_(value) {}
  Field(Name name, const std::string& value) : Field(name, std::string_view(value)) {}
  Field(Name name, const char* value) : Field(name, std::string_view(value)) {}
  Field(Name name, const SecretString& value) = delete;
  template <std::integral T>
  Field(Name name, T value) : name_(name), value_(widened(value)) {}
  Field(Name name, Seconds value) : Field(name, value.count()) {}

  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, bool>;
  std::string_view name() const { return name_.text(); }
  const Value& value() const { return value_; }

 private:
  template <std::integral T>
  static Value widened(T value) {
    if constexpr (std::same_as<T, bool>) {
      return value;
    } else if constexpr (std::signed_integral<T>) {
      return static_cast<std::int64_t>(value);
    } else {
      return static_cast<std::uint64_t>(value);
    }
  }

  Name name_;
  Value value_;
};

using Fields = std::initializer_list<Field>;

class WorkerCounters;
enum class CallResult;

// What [log] of the configuration says; an empty `file` is standard error.
struct LogOptions {
  Level level = Level::kInfo;
  Format format = Format::kText;
  std::string file;
};

// Writes `TIME LEVEL EVENT NAME=VALUE ...` or one JSON object per line, each line with a single
// write(2) to a descriptor opened for appending, so that lines of several processes never mix. It
// may be opened before fork() and used on both sides. A line that cannot be written is lost: a full
// disk must not decide about requests.
//
// Values are escaped: a control character, a quote or a byte that is no UTF-8 in something a client
// sent can neither end the line nor change the terminal it is shown on.
class Log {
 public:
  // Input:  `clock` outlives the Log.
  // Errors: kUnavailable: the file cannot be opened for appending.
  static Result<Log> open(const LogOptions& options, const Clock& clock);

  // Writes to standard error with the machine's clock.
  static Log to_stderr(Level level = Level::kInfo, Format format = Format::kText);

  // Appends the lines to `out`, which outlives the Log. For tests.
  static Log to_string(std::string& out, const Clock& clock, Level level = Level::kDebug,
                       Format format = Format::kText);

  // Drops everything. For tests.
  static Log null();

  Log(Log&&) noexcept;
  Log& operator=(Log&&) noexcept;
  ~Log();

  void debug(Name event, Fields fields = {}) const { write(Level::kDebug, event, fields); }
  void info(Name event, Fields fields = {}) const { write(Level::kInfo, event, fields); }
  void warn(Name event, Fields fields = {}) const { write(Level::kWarn, event, fields); }
  void error(Name event, Fields fields = {}) const { write(Level::kError, event, fields); }

  // Writes the one line a decided request leaves: allowed and health at debug, a refusal at info,
  // and at warn when we could not tell. Costs a comparison when that level is off.
  //
  // Input: `remote`, the client's address as the web server gave it, or empty.
  void decision(const model::CanonicalRequest& request, const model::Decision& decision,
                std::string_view remote) const;

  // Counts a call to a provider or the directory, where something is counted. Writes nothing.
  void count_call(std::string_view name, CallResult result) const;

  // Counts each decision and each call there from now on, whatever is written of it. A process of a
  // pool sets this after fork().
  // Input: `counters` outlives every call of decision() and count_call().
  void count_in(WorkerCounters* counters) { counters_ = counters; }

  // True if a line of `level` would be written: ask before computing a costly field.
  bool enabled(Level level) const { return level >= level_; }
  void set_level(Level level) { level_ = level; }

  // Opens the file again by its name, after it was renamed by log rotation (signal USR1).
  // Errors: kUnavailable: it cannot be opened; the old file stays in use.
  Outcome reopen();

  // Gives the log's file to a user, before the process becomes that user: what root made, nobody
  // else could open again. Nothing happens to standard error and to what is no regular file.
  // Errors: kUnavailable: the system does not allow it.
  Outcome give_to(unsigned user, unsigned group);

 private:
  struct Output;
  Log(std::unique_ptr<Output> output, Level level);
  void write(Level level, Name event, Fields fields) const;

  std::unique_ptr<Output> output_;
  Level level_;
  WorkerCounters* counters_ = nullptr;
};

}  // namespace latchkey::telemetry
