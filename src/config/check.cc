#include "config/check.h"

#include <algorithm>
#include <vector>

#include "config/preset.h"
#include "config/section.h"
#include "config/suggest.h"

namespace latchkey::config {
namespace {

std::string in_brackets(const Section& section) {
  const std::string name(section.name);
  return section.repeated == Repeated::kYes ? "[[" + name + "]]" : "[" + name + "]";
}

// Names the sections that have a key of that name, for a key that stands in the wrong one.
std::string home_of(std::string_view key, const std::vector<Section>& sections) {
  for (const Section& section : sections) {
    if (std::find(section.keys.begin(), section.keys.end(), key) == section.keys.end()) continue;
    return "; it belongs to " + in_brackets(section);
  }
  return "";
}

void check_sections(Reading& reading, const Node& document, const std::vector<Section>& sections) {
  std::vector<std::string_view> names;
  names.reserve(sections.size());
  for (const Section& section : sections) names.push_back(section.name);
  for (const Node& node : document.members) {
    const std::string& name = node.name;
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const Value value(reading, node, name);
    if (node.kind != NodeKind::kTable && node.kind != NodeKind::kArray) {
      value.wrong("stands in no section" + home_of(name, sections));
      continue;
    }
    const std::string_view near = nearest(name, names);
    value.wrong("is an unknown section; known are " + listed(names) +
                (near.empty() ? "" : ". Did you mean " + std::string(near) + "?"));
  }
}

void check_keys(Reading& reading, const Node& table, const Section& section,
                const std::vector<Section>& sections) {
  for (const Node& node : table.members) {
    const std::string& name = node.name;
    if (std::find(section.keys.begin(), section.keys.end(), name) != section.keys.end()) continue;
    const Value value(reading, node, std::string(section.name) + "." + name);
    const std::string_view near = nearest(name, section.keys);
    if (!near.empty()) {
      value.wrong("is an unknown key. Did you mean " + std::string(near) + "?");
      continue;
    }
    const std::string home = home_of(name, sections);
    value.wrong(
        "is an unknown key" +
        (home.empty() ? "; " + in_brackets(section) + " takes " + listed(section.keys) : home));
  }
}

void read_one(Reading& reading, const Node& node, const Section& section,
              const std::vector<Section>& sections) {
  if (node.kind != NodeKind::kTable) {
    return Value(reading, node, std::string(section.name))
        .wrong("is " + std::string(name_of(node.kind)) + "; must be written as " +
               in_brackets(section));
  }
  check_keys(reading, node, section, sections);
  section.read(reading, node);
}

void read_section(Reading& reading, const Node& document, const Section& section,
                  const std::vector<Section>& sections) {
  const Node* node = document.find(section.name);
  if (section.repeated == Repeated::kNo) {
    return read_one(reading, node == nullptr ? Node{} : *node, section, sections);
  }
  if (node == nullptr) return;
  if (node->kind != NodeKind::kArray) {
    return Value(reading, *node, std::string(section.name))
        .wrong("must be written with two brackets, " + in_brackets(section) +
               ", as there may be several");
  }
  for (const Node& item : node->items) read_one(reading, item, section, sections);
}

// A preset that is written wrongly is found when its section is read.
void add_preset(Node& document) {
  const Node* const section = document.find("application");
  const Node* const preset = section != nullptr ? section->find("preset") : nullptr;
  const std::vector<std::string_view> known = preset_names();
  if (preset == nullptr || std::ranges::find(known, preset->text) == known.end()) return;
  apply_preset(std::string(preset->text), document);
}

// What only the whole shows.
void check_whole(Reading& reading, const Node& document) {
  Config& config = reading.config;
  const bool vouched = config.certificate.enabled || config.remote_user.enabled;
  const bool by_directory = config.ldap && (config.ldap->sign_in || config.ldap->basic);
  const bool nowhere = document.find("provider") == nullptr && document.find("local") == nullptr &&
                       document.find("ldap") == nullptr;
  if (!vouched && nowhere) {
    reading.faults.push_back(
        {reading.file, 0, "provider",
         "nobody can sign in; add a [[provider]], or [local] with users_file, or enabled = true to "
         "[certificate] or [remote_user]"});
  } else if (!vouched && config.providers.empty() && config.local.users_file.empty() &&
             !by_directory &&
             reading.faults.empty()) {
    reading.faults.push_back({reading.file, 0, "provider",
                              "nobody can sign in; add a [[provider]], users_file to [local], "
                              "sign_in = true to [ldap], or enabled = true to [certificate] or "
                              "[remote_user]"});
  }
  // The paths that a preset leaves open are no answer to who may do the rest.
  const bool only_open = std::ranges::all_of(config.rules, &Rule::of_open_paths);
  if (only_open) {
    Rule everybody;
    everybody.who = Who::kAuthenticated;
    config.rules.push_back(std::move(everybody));
  }
}

}  // namespace

void read_document(Reading& reading, Node& document) {
  const std::vector<Section> sections = all_sections();
  add_preset(document);
  check_sections(reading, document, sections);
  for (const Section& section : sections) read_section(reading, document, section, sections);
  check_whole(reading, document);
}

}  // namespace latchkey::config
