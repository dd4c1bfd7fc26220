#include "listing.h"

#include <algorithm>
#include <utility>

#include "latchkey/wire/time.h"
#include "latchkey/base/joined.h"
#include "latchkey/base/result.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/json_object.h"

namespace latchkey::admin {
namespace {

std::string shown(std::string text) {
  std::ranges::replace_if(text, wire::is_control, '?');
  return text.empty() ? "-" : text;
}

std::string text_of(const Cell& cell) {
  if (const std::string* text = std::get_if<std::string>(&cell)) return shown(*text);
  if (const std::int64_t* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  if (const bool* flag = std::get_if<bool>(&cell)) return *flag ? "yes" : "no";
  if (const auto* words = std::get_if<std::vector<std::string>>(&cell)) {
    return shown(joined(*words, ","));
  }
  return "-";
}

std::string head_of(std::string_view name) {
  std::string head = wire::to_upper(name);
  std::ranges::replace(head, '_', ' ');
  return head;
}

void add_member(wire::JsonObject& object, const std::string& name, const Cell& cell) {
  if (const std::string* text = std::get_if<std::string>(&cell)) object.add(name, *text);
  else if (const std::int64_t* number = std::get_if<std::int64_t>(&cell)) object.add(name, *number);
  else if (const bool* flag = std::get_if<bool>(&cell)) object.add(name, *flag);
  else if (const auto* words = std::get_if<std::vector<std::string>>(&cell))
    object.add(name, *words);
  else object.add_null(name);
}

wire::JsonObject object_of(const std::vector<std::string>& columns, const std::vector<Cell>& row) {
  wire::JsonObject object;
  for (std::size_t i = 0; i < columns.size(); ++i) add_member(object, columns[i], row[i]);
  return object;
}

void write_line(const std::vector<std::string>& words, const std::vector<std::size_t>& widths,
                std::ostream& out) {
  std::string line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    line += words[i];
    if (i + 1 < words.size()) line.append(widths[i] - words[i].size() + 2, ' ');
  }
  out << line << '\n';
}

void write_table(const std::vector<std::vector<std::string>>& lines, std::ostream& out) {
  std::vector<std::size_t> widths(lines.front().size(), 0);
  for (const std::vector<std::string>& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  for (const std::vector<std::string>& line : lines) write_line(line, widths, out);
}

}  // namespace

Cell time_cell(const std::optional<TimePoint>& time) {
  return time ? Cell(wire::rfc3339(*time)) : Cell();
}

void Listing::add(std::vector<Cell> row) {
  LK_ASSERT(row.size() == columns_.size());
  rows_.push_back(std::move(row));
}

void Listing::write(Form form, std::ostream& out) const {
  if (form == Form::kJson) {
    std::vector<wire::JsonObject> objects;
    for (const std::vector<Cell>& row : rows_) objects.push_back(object_of(columns_, row));
    out << wire::json_array(objects) << '\n';
    return;
  }
  std::vector<std::vector<std::string>> lines(1);
  for (const std::string& column : columns_) lines.front().push_back(head_of(column));
  for (const std::vector<Cell>& row : rows_) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const Cell& cell : row) line.push_back(text_of(cell));
  }
  write_table(lines, out);
}

void Listing::write_one(Form form, std::ostream& out) const {
  LK_ASSERT(rows_.size() == 1);
  if (form == Form::kJson) {
    out << object_of(columns_, rows_.front()).text() << '\n';
    return;
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    out << columns_[i] << ": " << text_of(rows_.front()[i]) << '\n';
  }
}

}  // namespace latchkey::admin
