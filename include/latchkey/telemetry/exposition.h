// Writes figures as Prometheus reads them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::telemetry {

enum class MetricType { kCounter, kGauge, kHistogram };

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// One text under construction: a family is begun, then its samples follow.
// Spec: Prometheus text format 0.0.4.
class Exposition {
 public:
  // Begins a family. `name` and `help` are constants of ours.
  Exposition& family(std::string_view name, MetricType type, std::string_view help);

  // Adds a sample of the family; `suffix` is for the parts of a histogram. Values of labels may be
  // any text, and are escaped; their number is the caller's to bound.
  Exposition& sample(Labels labels, std::uint64_t value) {
    return sample("", labels, std::to_string(value));
  }
  Exposition& sample(std::string_view suffix, Labels labels, std::string_view value);

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string_view name_;
};

// Returns `nanoseconds` in seconds, exactly.
std::string seconds_text(std::uint64_t nanoseconds);

}  // namespace latchkey::telemetry
