#include "config/environment.h"

#include <algorithm>
#include <string_view>

#include "config/suggest.h"
#include "latchkey/wire/chars.h"

namespace latchkey::config {
namespace {

constexpr std::string_view kPrefix = "LATCHKEY__";

// The names of all variables that mean something.
std::vector<std::string> known_variables(std::span<const Section> sections) {
  std::vector<std::string> names;
  for (const Section& section : sections) {
    if (section.repeated == Repeated::kYes) continue;
    for (const std::string_view key : section.keys) {
      names.push_back(std::string(kPrefix) + wire::to_upper(section.name) + "__" +
                      wire::to_upper(key));
    }
  }
  return names;
}

std::string unknown_variable(const std::string& name, std::span<const Section> sections) {
  for (const Section& section : sections) {
    if (section.repeated == Repeated::kNo) continue;
    if (!name.starts_with(std::string(kPrefix) + wire::to_upper(section.name) + "__")) continue;
    return "is a key of [[" + std::string(section.name) +
           "]], of which there may be several; write it into the file";
  }
  const std::vector<std::string> known = known_variables(sections);
  const std::vector<std::string_view> views(known.begin(), known.end());
  const std::string_view near = nearest(name, views);
  return "means no key; must be LATCHKEY__SECTION__KEY" +
         (near.empty() ? "" : ". Did you mean " + std::string(near) + "?");
}

// Returns the table of that name, which is made if the file has none; null if it is no table there,
// which is a fault of its own.
Node* table_of(Node& document, std::string_view name) {
  if (Node* table = document.find(name)) return table->kind == NodeKind::kTable ? table : nullptr;
  document.members.emplace_back();
  document.members.back().name = name;
  return &document.members.back();
}

void put(Node& table, std::string_view key, Node value) {
  value.name = key;
  if (Node* present = table.find(key)) {
    *present = std::move(value);
  } else {
    table.members.push_back(std::move(value));
  }
}

// Returns true if `name` was a key's variable.
bool override_key(const std::string& name, const std::string& text,
                  std::span<const Section> sections, Node& document) {
  for (const Section& section : sections) {
    const std::string start = std::string(kPrefix) + wire::to_upper(section.name) + "__";
    if (section.repeated == Repeated::kYes || !name.starts_with(start)) continue;
    for (const std::string_view key : section.keys) {
      if (name != start + wire::to_upper(key)) continue;
      if (Node* table = table_of(document, section.name))
        put(*table, key, parse_override(name, text));
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<Fault> override_from(std::span<const char* const> variables,
                                 std::span<const Section> sections, Node& document) {
  std::vector<Fault> faults;
  for (const std::string_view variable : variables) {
    if (!variable.starts_with(kPrefix)) continue;
    const std::size_t equals = std::min(variable.find('='), variable.size());
    const std::string name(variable.substr(0, equals));
    const std::string text(variable.substr(std::min(equals + 1, variable.size())));
    if (!override_key(name, text, sections, document)) {
      faults.push_back({"environment " + printable(name), 0, "", unknown_variable(name, sections)});
    }
  }
  return faults;
}

}  // namespace latchkey::config
