// [metrics]: who may read the figures for Prometheus.
#pragma once

#include <string>
#include <vector>

namespace latchkey::config {

struct Metrics {
  std::vector<std::string> allow{"127.0.0.1", "::1"};  // networks as wire::parse_network reads them
  bool operator==(const Metrics&) const = default;
};

}  // namespace latchkey::config
