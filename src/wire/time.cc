#include "latchkey/wire/time.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "latchkey/wire/chars.h"
#include "latchkey/wire/json.h"

namespace latchkey::wire {
namespace {

constexpr TimePoint kLatest = from_unix(kNumericDateMax);
constexpr std::size_t kDurationDigitsMax = 12;

std::unexpected<Error> no_time() { return fail(ErrorCode::kMalformed, "not an RFC 3339 time"); }

// Takes fixed-width fields off the front of a text and remembers whether one was wrong.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}

  int number(std::size_t width) {
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (i >= rest_.size() || !is_digit(rest_[i])) return reject();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }

  // Takes one byte of `choices` and returns it.
  char one_of(std::string_view choices) {
    if (rest_.empty() || !choices.contains(rest_.front())) {
      reject();
      return '\0';
    }
    const char taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }

  void skip_fraction() {
    if (!rest_.starts_with('.')) return;
    rest_.remove_prefix(1);
    number(1);
    while (!rest_.empty() && is_digit(rest_.front())) rest_.remove_prefix(1);
  }

  bool complete() const { return good_ && rest_.empty(); }

 private:
  int reject() {
    good_ = false;
    return 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

Seconds offset_from(Fields& fields) {
  const char sign = fields.one_of("Zz+-");
  if (sign != '+' && sign != '-') return Seconds(0);
  const int hours = fields.number(2);
  fields.one_of(":");
  const int minutes = fields.number(2);
  // An hour or minute that does not exist makes a time far out of the allowed range.
  if (hours > 23 || minutes > 59) return Seconds::max() / 4;
  const Seconds offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return sign == '+' ? offset : -offset;
}

}  // namespace

std::string rfc3339(TimePoint time) {
  const TimePoint shown = std::clamp(time, TimePoint(), kLatest);
  const auto day = std::chrono::floor<std::chrono::days>(shown);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(shown - day);
  std::array<char, 32> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  LK_ASSERT(length > 0);
  return text.data();
}

Result<TimePoint> parse_rfc3339(std::string_view text) {
  Fields fields(text);
  const std::chrono::year year(fields.number(4));
  fields.one_of("-");
  const std::chrono::month month(static_cast<unsigned>(fields.number(2)));
  fields.one_of("-");
  const std::chrono::day day(static_cast<unsigned>(fields.number(2)));
  fields.one_of("Tt");
  const int hours = fields.number(2);
  fields.one_of(":");
  const int minutes = fields.number(2);
  fields.one_of(":");
  const int seconds = fields.number(2);
  fields.skip_fraction();
  const Seconds offset = offset_from(fields);
  const std::chrono::year_month_day date(year, month, day);
  if (!fields.complete() || !date.ok() || hours > 23 || minutes > 59 || seconds > 59) {
    return no_time();
  }
  const TimePoint time = std::chrono::sys_days(date) + std::chrono::hours(hours) +
                         std::chrono::minutes(minutes) + Seconds(seconds) - offset;
  if (time < TimePoint() || time > kLatest) return no_time();
  return time;
}

Result<Seconds> parse_duration(std::string_view text) {
  const auto wrong = [] {
    return fail(ErrorCode::kMalformed, "not a duration such as 45s, 30m, 8h, 7d or 2w");
  };
  if (text.size() < 2 || text.size() > kDurationDigitsMax + 1) return wrong();
  Seconds unit(0);
  switch (text.back()) {
    case 's': unit = Seconds(1); break;
    case 'm': unit = std::chrono::minutes(1); break;
    case 'h': unit = std::chrono::hours(1); break;
    case 'd': unit = std::chrono::days(1); break;
    case 'w': unit = std::chrono::weeks(1); break;
    default: return wrong();
  }
  std::int64_t count = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (!is_digit(c)) return wrong();
    count = count * 10 + (c - '0');
  }
  if (count > kDurationMax / unit) return wrong();
  return unit * count;
}

}  // namespace latchkey::wire
