#include "date_text.h"

#include "latchkey/wire/time.h"

namespace latchkey::pages {
namespace {

// Returns the first product of a User-Agent field: what tools call themselves, without the list of
// what they are made of. A browser's says nothing in its first.
// Spec: RFC 9110 section 10.1.5.
std::string_view tool_of(std::string_view agent) {
  return agent.starts_with("Mozilla/") ? "a browser" : agent.substr(0, agent.find(' '));
}

}  // namespace

std::string date_text(TimePoint time) {
  const std::string text = wire::rfc3339(time);  // 2026-01-31T09:08:07Z
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

std::string last_use_text(const std::optional<TimePoint>& used, std::string_view from,
                          std::string_view by) {
  if (!used) return {};
  std::string text = date_text(*used);
  if (!from.empty()) text += " from " + std::string(from);
  if (!by.empty()) text += " by " + std::string(tool_of(by));
  return text;
}

}  // namespace latchkey::pages
