// The one source of time. A request reads it once and passes `now` down; nothing below asks again.
#pragma once

#include <chrono>
#include <cstdint>

namespace latchkey {

// Seconds since 1970-01-01T00:00:00Z, as the store and the tokens keep them.
using TimePoint = std::chrono::sys_seconds;
using Seconds = std::chrono::seconds;

constexpr std::int64_t to_unix(TimePoint time) { return time.time_since_epoch().count(); }
constexpr TimePoint from_unix(std::int64_t seconds) { return TimePoint(Seconds(seconds)); }

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
};

// Reads the machine's clock.
class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
};

// Stands still until told otherwise. For tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start) : now_(start) {}
  TimePoint now() const override { return now_; }
  void advance(Seconds by) { now_ += by; }
  void set(TimePoint now) { now_ = now; }

 private:
  TimePoint now_;
};

}  // namespace latchkey
