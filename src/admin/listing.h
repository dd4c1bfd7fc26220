// Listings of the command: an aligned table for people, an array of objects for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "latchkey/base/clock.h"
#include "verbs.h"

namespace latchkey::admin {

// A row's cell; monostate is null, and `-` in a table.
using Cell =
    std::variant<std::monostate, std::string, std::int64_t, bool, std::vector<std::string>>;

// Returns RFC 3339, or null.
Cell time_cell(const std::optional<TimePoint>& time);

class Listing {
 public:
  // `columns`: the members' names in JSON and, in capitals, the heads of the table.
  explicit Listing(std::vector<std::string> columns) : columns_(std::move(columns)) {}

  // Appends a row with one cell per column.
  void add(std::vector<Cell> row);

  // Writes all rows. What people entered is shown with control characters replaced, because a label
  // could otherwise rewrite the administrator's terminal.
  void write(Form form, std::ostream& out) const;

  // Writes the only row: `name: value` lines, or one object.
  void write_one(Form form, std::ostream& out) const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace latchkey::admin
