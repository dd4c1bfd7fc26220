#include "latchkey/telemetry/exposition.h"

namespace latchkey::telemetry {
namespace {

constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;

std::string_view name_of(MetricType type) {
  switch (type) {
    case MetricType::kCounter: return "counter";
    case MetricType::kGauge: return "gauge";
    case MetricType::kHistogram: return "histogram";
  }
  return "untyped";
}

void append_escaped(std::string& text, std::string_view value) {
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
}

}  // namespace

Exposition& Exposition::family(std::string_view name, MetricType type, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text_.append("# TYPE ").append(name).append(" ").append(name_of(type)).append("\n");
  return *this;
}

Exposition& Exposition::sample(std::string_view suffix, Labels labels, std::string_view value) {
  text_.append(name_).append(suffix);
  char before = '{';
  for (const auto& [name, label] : labels) {
    text_ += before;
    text_.append(name).append("=\"");
    append_escaped(text_, label);
    text_ += '"';
    before = ',';
  }
  if (labels.size() != 0) text_ += '}';
  text_.append(" ").append(value).append("\n");
  return *this;
}

std::string seconds_text(std::uint64_t nanoseconds) {
  std::string text = std::to_string(nanoseconds / kNanosecondsPerSecond);
  const std::uint64_t rest = nanoseconds % kNanosecondsPerSecond;
  if (rest == 0) return text;
  std::string fraction = std::to_string(kNanosecondsPerSecond + rest);
  fraction.front() = '.';
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return text + fraction;
}

}  // namespace latchkey::telemetry
