// [audit] and [metrics]: what is told about latchkey's own doing, and to whom.
#include "config/section.h"
#include "latchkey/wire/network.h"

namespace latchkey::config {
namespace {

constexpr Seconds kKeepMax = std::chrono::days(36500);

constexpr Key<Audit> kAuditKeys[] = {
    {"keep",
     [](const Value& v, Audit& audit) {
       take(v.duration(std::chrono::days(1), kKeepMax), audit.keep);
     }},
};

void read_allow(const Value& value, Metrics& metrics) {
  const auto items = value.items(EmptyList::kTake);
  if (!items) return;
  metrics.allow.clear();
  for (const auto& [text, item] : *items) {
    const Result<wire::Network> network = wire::parse_network(text);
    if (!network) {
      item.wrong("is " + shown(text) + "; must be an address or a network, as in \"10.1.0.0/16\"");
      continue;
    }
    metrics.allow.push_back(text);
  }
}

constexpr Key<Metrics> kMetricsKeys[] = {{"allow", read_allow}};

void read_audit(Reading& reading, const Node& table) {
  read_keys<Audit>(reading, table, "audit", kAuditKeys, reading.config.audit);
}

void read_metrics(Reading& reading, const Node& table) {
  read_keys<Metrics>(reading, table, "metrics", kMetricsKeys, reading.config.metrics);
}

}  // namespace

Section audit_section() {
  return {"audit", Repeated::kNo, names_of<Audit>(kAuditKeys), read_audit};
}
Section metrics_section() {
  return {"metrics", Repeated::kNo, names_of<Metrics>(kMetricsKeys), read_metrics};
}

}  // namespace latchkey::config
