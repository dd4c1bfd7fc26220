// The configuration file as a tree that knows its lines. Only document.cc knows the TOML library.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/config/load.h"

namespace latchkey::config {

enum class NodeKind { kString, kInteger, kFloat, kBoolean, kDate, kArray, kTable };

struct Node {
  NodeKind kind = NodeKind::kTable;
  std::uint32_t line = 0;
  std::string text;  // of a string; of an overriding variable, what it holds
  std::int64_t integer = 0;
  bool boolean = false;
  std::vector<Node> items;    // of an array
  std::vector<Node> members;  // of a table, in the order of their lines
  std::string name;           // of a member: its key
  std::string variable;  // the environment variable it came from; empty: the file
  std::string preset;    // the preset it came from; empty: none

  // Returns the member of that key, or null. The pointer lives as long as the table stays as it is.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
};

// Returns what the file's author would call it, for example "a number".
std::string_view name_of(NodeKind kind);

// Returns `text` with everything that is not printable ASCII replaced by `?`, and cut: a fault is
// one line on somebody's terminal, whatever stands in the file.
std::string printable(std::string_view text);

// Input:  `text`, the whole file; `file`, its name for the fault.
// Errors: one fault with the line where the text stops being TOML.
std::expected<Node, Fault> parse_document(std::string_view text, const std::string& file);

// Reads the value of an overriding environment variable: a TOML value (`true`, `8`, `["a", "b"]`),
// or else the text itself, so that nobody needs to quote a plain word in a shell.
Node parse_override(const std::string& variable, const std::string& text);

}  // namespace latchkey::config
