#include "config/document.h"

// Parse errors are values, as nothing in the project throws.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <tuple>

namespace latchkey::config {
namespace {

Node converted(const toml::node& from);

std::uint32_t line_of(const toml::node& node) {
  return static_cast<std::uint32_t>(node.source().begin.line);
}

// TOML tables are unordered; faults and sections are wanted in the order of the file.
Node converted_table(const toml::table& from) {
  Node to;
  for (auto&& [key, value] : from) {
    Node member = converted(value);
    // The key's line is where the author looks, even if the value begins on a later one.
    const auto key_line = static_cast<std::uint32_t>(key.source().begin.line);
    if (key_line != 0 && !value.is_table()) member.line = key_line;
    member.name = key.str();
    to.members.push_back(std::move(member));
  }
  std::sort(to.members.begin(), to.members.end(), [](const Node& a, const Node& b) {
    return std::tie(a.line, a.name) < std::tie(b.line, b.name);
  });
  return to;
}

Node converted(const toml::node& from) {
  Node to;
  if (const auto* table = from.as_table()) {
    to = converted_table(*table);
  } else if (const auto* array = from.as_array()) {
    to.kind = NodeKind::kArray;
    for (const toml::node& item : *array) to.items.push_back(converted(item));
  } else if (const auto* string = from.as_string()) {
    to.kind = NodeKind::kString;
    to.text = string->get();
  } else if (const auto* integer = from.as_integer()) {
    to.kind = NodeKind::kInteger;
    to.integer = integer->get();
  } else if (const auto* boolean = from.as_boolean()) {
    to.kind = NodeKind::kBoolean;
    to.boolean = boolean->get();
  } else {
    to.kind = from.is_floating_point() ? NodeKind::kFloat : NodeKind::kDate;
  }
  to.line = line_of(from);
  return to;
}

void name_variable(Node& node, const std::string& variable) {
  node.variable = variable;
  for (Node& item : node.items) name_variable(item, variable);
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const Node& member : members) {
    if (member.name == key) return &member;
  }
  return nullptr;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(std::as_const(*this).find(key));
}

std::string_view name_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::kString: return "a text";
    case NodeKind::kInteger: return "a whole number";
    case NodeKind::kFloat: return "a number with a fraction";
    case NodeKind::kBoolean: return "true or false";
    case NodeKind::kDate: return "a date or time";
    case NodeKind::kArray: return "a list";
    case NodeKind::kTable: return "a table";
  }
  return "something else";
}

std::string printable(std::string_view text) {
  constexpr std::size_t kShownMax = 200;
  std::string clean(text.substr(0, kShownMax));
  for (char& c : clean) {
    if (c < ' ' || c > '~') c = '?';
  }
  if (text.size() > kShownMax) clean += "...";
  return clean;
}

std::expected<Node, Fault> parse_document(std::string_view text, const std::string& file) {
  const toml::parse_result result = toml::parse(text, std::string_view(file));
  if (!result) {
    const toml::parse_error& error = result.error();
    return std::unexpected(Fault{file, static_cast<std::uint32_t>(error.source().begin.line), "",
                                 "this is no TOML: " + printable(error.description())});
  }
  return converted_table(result.table());
}

Node parse_override(const std::string& variable, const std::string& text) {
  Node node;
  const std::string document = "value = " + text + "\n";
  const toml::parse_result result = toml::parse(document, std::string_view(variable));
  // More than one member means that the text ended the value and went on: then it is no value.
  if (result && result.table().size() == 1 && result.table().contains("value")) {
    node = converted(*result.table().get("value"));
  } else {
    node.kind = NodeKind::kString;
    node.text = text;
  }
  if (node.kind != NodeKind::kString) node.text = text;
  node.line = 0;
  name_variable(node, variable);
  return node;
}

}  // namespace latchkey::config
