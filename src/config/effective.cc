#include "latchkey/config/effective.h"

#include <map>
#include <sstream>
#include <utility>

#include "config/document.h"
#include "config/load_document.h"
#include "config/section.h"
#include "latchkey/config/toml_string.h"

namespace latchkey::config {
namespace {

// The reference itself, so that what is printed is what is documented.
#include "reference.inc"

constexpr std::string_view kExample = "# example";

std::string text_of(const Node& node) {
  switch (node.kind) {
    case NodeKind::kString: return toml_string(node.text);
    case NodeKind::kInteger: return std::to_string(node.integer);
    case NodeKind::kBoolean: return node.boolean ? "true" : "false";
    case NodeKind::kArray: {
      std::string items;
      for (const Node& item : node.items) items += (items.empty() ? "" : ", ") + text_of(item);
      return "[" + items + "]";
    }
    case NodeKind::kFloat:
    case NodeKind::kDate:
    case NodeKind::kTable: break;
  }
  return "";
}

std::string origin_of(const Node& node) {
  if (!node.preset.empty()) return "preset " + node.preset;
  if (!node.variable.empty()) return node.variable;
  return "line " + std::to_string(node.line);
}

// `section.key` and the default that the reference shows. A line that ends in kExample shows none.
std::map<std::string, std::string> defaults() {
  std::map<std::string, std::string> values;
  std::istringstream lines{std::string(latchkey_toml)};
  std::string section;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) line.erase(0, 1);
    const std::size_t equals = line.find(" = ");
    if (line.starts_with('[')) {
      section = line.substr(line.find_first_not_of('['));
      section.erase(section.find(']'));
    } else if (!line.empty() && line[0] >= 'a' && line[0] <= 'z' && equals != std::string::npos) {
      const bool example = line.ends_with(kExample);
      // A section that is shown several times shows its defaults first.
      values.try_emplace(section + "." + line.substr(0, equals),
                         example ? "" : line.substr(equals + 3));
    }
  }
  return values;
}

class Lister {
 public:
  void list(const Section& section, const Node& table, const std::string& shown) {
    for (const std::string_view key : section.keys) {
      const Node* const node = table.find(key);
      const std::string name = std::string(section.name) + "." + std::string(key);
      keys_.push_back({.key = shown + "." + std::string(key),
                       .value = node != nullptr ? text_of(*node) : defaults_.at(name),
                       .origin = node != nullptr ? origin_of(*node) : "default"});
    }
  }
  std::vector<EffectiveKey> take() { return std::move(keys_); }

 private:
  std::map<std::string, std::string> defaults_ = defaults();
  std::vector<EffectiveKey> keys_;
};

}  // namespace

std::expected<std::vector<EffectiveKey>, std::vector<Fault>> effective_keys(
    const std::string& file, Environment environment) {
  auto loaded = load_document(file, Secrets::kPoolOnly, environment);
  if (!loaded) return std::unexpected(std::move(loaded).error());
  Lister lister;
  for (const Section& section : all_sections()) {
    const std::string name(section.name);
    const Node* const node = loaded->document.find(name);
    if (section.repeated == Repeated::kNo) {
      lister.list(section, node != nullptr ? *node : Node{}, name);
      continue;
    }
    for (std::size_t at = 0; node != nullptr && at < node->items.size(); ++at) {
      lister.list(section, node->items[at], name + "[" + std::to_string(at + 1) + "]");
    }
  }
  return lister.take();
}

}  // namespace latchkey::config
