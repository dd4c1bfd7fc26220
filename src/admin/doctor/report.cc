// How findings are gathered and printed.
#include <algorithm>
#include <iterator>

#include "report.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/field_value.h"
#include "latchkey/wire/json_object.h"

namespace latchkey::admin::doctor {
namespace {

constexpr std::size_t kSeenShownMax = 8;

struct Counts {
  int critical = 0;
  int warnings = 0;
  int notes = 0;
};

Counts count(const std::vector<Finding>& findings) {
  Counts counts;
  for (const Finding& finding : findings) {
    switch (description_of(finding.fault).severity) {
      case Severity::kCritical: ++counts.critical; break;
      case Severity::kWarning: ++counts.warnings; break;
      case Severity::kNote: ++counts.notes; break;
    }
  }
  return counts;
}

void print_text(const Finding& finding, std::ostream& out) {
  const Description& described = description_of(finding.fault);
  out << wire::to_upper(name_of(described.severity)) << ' ' << described.name << ": "
      << finding.where << "\n  " << described.what << '\n';
  for (std::size_t i = 0; i < std::min(finding.seen.size(), kSeenShownMax); ++i) {
    out << "  - " << wire::printable(finding.seen[i]) << '\n';
  }
  if (finding.seen.size() > kSeenShownMax) {
    out << "  - and " << finding.seen.size() - kSeenShownMax << " more\n";
  }
  if (!described.harm.empty()) out << "  " << described.harm << '\n';
  for (const std::string& line : advice_for(finding)) {
    out << "    " << wire::printable(line) << '\n';
  }
  out << '\n';
}

wire::JsonObject object_of(const Finding& finding) {
  const Description& described = description_of(finding.fault);
  wire::JsonObject object;
  object.add("severity", name_of(described.severity))
      .add("fault", described.name)
      .add("where", finding.where)
      .add("server", name_of(finding.server))
      .add("what", described.what)
      .add("harm", described.harm)
      .add("seen", finding.seen)
      .add("change", advice_for(finding));
  return object;
}

void print_json(const std::vector<Finding>& findings, const Counts& counts, std::uint32_t probes,
                std::ostream& out) {
  std::vector<wire::JsonObject> objects;
  for (const Finding& finding : findings) objects.push_back(object_of(finding));
  wire::JsonObject whole;
  whole.add("findings", objects)
      .add("critical", counts.critical)
      .add("warnings", counts.warnings)
      .add("notes", counts.notes)
      .add("probes", probes);
  out << whole.text() << '\n';
}

}  // namespace

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::kNote: return "note";
    case Severity::kWarning: return "warning";
    case Severity::kCritical: return "critical";
  }
  return "critical";
}

void Report::add(Fault fault, const std::string& where, std::string seen) {
  for (Finding& finding : findings_) {
    if (finding.fault != fault || finding.where != where) continue;
    if (std::ranges::find(finding.seen, seen) == finding.seen.end()) {
      finding.seen.push_back(std::move(seen));
    }
    return;
  }
  findings_.push_back({fault, where, server_, {std::move(seen)}});
}

bool Report::has(Fault fault, std::string_view where) const {
  return std::ranges::any_of(findings_, [&](const Finding& finding) {
    return finding.fault == fault && finding.where == where;
  });
}

std::vector<Finding> Report::sorted() const {
  std::vector<Finding> findings;
  for (const Severity severity : {Severity::kCritical, Severity::kWarning, Severity::kNote}) {
    std::ranges::copy_if(findings_, std::back_inserter(findings), [&](const Finding& finding) {
      return description_of(finding.fault).severity == severity;
    });
  }
  return findings;
}

Status print(const Report& report, Form form, std::ostream& out) {
  const std::vector<Finding> findings = report.sorted();
  const Counts counts = count(findings);
  if (form == Form::kJson) {
    print_json(findings, counts, report.probes(), out);
  } else {
    for (const Finding& finding : findings) print_text(finding, out);
    out << counts.critical << " critical, " << counts.warnings << " warnings, " << counts.notes
        << " notes; " << report.probes() << " probes\n";
  }
  return counts.critical + counts.warnings == 0 ? kGood : kFailed;
}

}  // namespace latchkey::admin::doctor
