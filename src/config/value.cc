#include "config/value.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "config/suggest.h"
#include "latchkey/wire/chars.h"
#include "latchkey/wire/field_value.h"
#include "latchkey/wire/time.h"
#include "latchkey/wire/utf8.h"

namespace latchkey::config {
namespace {

std::string duration_text(Seconds duration) {
  const std::int64_t count = duration.count();
  const std::pair<std::int64_t, const char*> units[] = {{86'400, "d"}, {3'600, "h"}, {60, "m"}};
  for (const auto& [seconds, unit] : units) {
    if (count != 0 && count % seconds == 0) return std::to_string(count / seconds) + unit;
  }
  return std::to_string(count) + "s";
}

}  // namespace

void Value::wrong(std::string text) const {
  if (node_.variable.empty()) {
    reading_.faults.push_back({reading_.file, node_.line, printable(key_), std::move(text)});
  } else {
    reading_.faults.push_back({"environment " + node_.variable, 0, key_, std::move(text)});
  }
}

void Value::wrong_type(std::string_view wanted) const {
  wrong("is " + std::string(name_of(node_.kind)) + "; must be " + std::string(wanted));
}

void Value::unknown_word(std::string_view word, const std::vector<std::string_view>& known) const {
  const std::string_view near = nearest(word, known);
  wrong("is " + shown(word) + "; must be " + listed(known) +
        (near.empty() ? "" : ". Did you mean " + std::string(near) + "?"));
}

std::optional<std::string> Value::text() const {
  // A variable that happens to read as a number or a date is still the text it holds.
  const bool plain = node_.kind != NodeKind::kArray && node_.kind != NodeKind::kTable;
  const bool from_variable = !node_.variable.empty() && !node_.text.empty();
  if (node_.kind != NodeKind::kString && !(plain && from_variable)) {
    wrong_type("a text in quotes");
    return std::nullopt;
  }
  if (node_.text.empty()) {
    wrong("is empty; write a value or leave the key out");
  } else if (node_.text.size() > kTextBytesMax) {
    wrong("is too long; at most " + std::to_string(kTextBytesMax) + " bytes");
  } else if (std::ranges::any_of(node_.text, wire::is_control) || !wire::is_utf8(node_.text)) {
    wrong("holds a control character; must be one line of text");
  } else {
    return node_.text;
  }
  return std::nullopt;
}

std::optional<std::string> Value::ascii() const {
  auto found = text();
  if (found && !wire::is_printable_ascii(*found)) {
    wrong("is " + shown(*found) + "; must be printable ASCII, as it goes into a header");
    return std::nullopt;
  }
  return found;
}

std::optional<bool> Value::boolean() const {
  if (node_.kind == NodeKind::kBoolean) return node_.boolean;
  wrong_type("true or false, without quotes");
  return std::nullopt;
}

std::optional<std::int64_t> Value::integer(std::int64_t least, std::int64_t most) const {
  const std::string range =
      "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  if (node_.kind != NodeKind::kInteger) {
    wrong_type(range + ", without quotes");
    return std::nullopt;
  }
  if (node_.integer >= least && node_.integer <= most) return node_.integer;
  wrong("is " + std::to_string(node_.integer) + "; must be " + range);
  return std::nullopt;
}

std::optional<Seconds> Value::duration(Seconds least, Seconds most) const {
  const std::string range = "a duration from " + duration_text(least) + " to " +
                            duration_text(most) +
                            ", for example \"90s\", \"30m\", \"8h\" or \"7d\"";
  if (node_.kind != NodeKind::kString) {
    wrong_type(range);
    return std::nullopt;
  }
  const auto found = wire::parse_duration(node_.text);
  if (found && *found >= least && *found <= most) return *found;
  wrong("is " + shown(node_.text) + "; must be " + range);
  return std::nullopt;
}

std::optional<std::string> Value::path() const {
  const auto found = text();
  if (!found) return std::nullopt;
  return absolute_path(*found, reading_.directory);
}

std::optional<std::vector<std::pair<std::string, Value>>> Value::items(EmptyList empty) const {
  if (node_.kind != NodeKind::kArray) {
    wrong_type("a list of texts, for example [\"one\", \"two\"]");
    return std::nullopt;
  }
  if (node_.items.empty() && empty == EmptyList::kRefuse) {
    wrong("is an empty list; name something in it, or leave the key out");
    return std::nullopt;
  }
  if (node_.items.size() > kItemsMax) {
    wrong("has too many items; at most " + std::to_string(kItemsMax));
    return std::nullopt;
  }
  std::vector<std::pair<std::string, Value>> found;
  for (const Node& item : node_.items) {
    Value value(reading_, item, key_);
    if (item.kind == NodeKind::kString && item.text.empty()) {
      value.wrong("holds an empty text, which would mean nobody knows what; take it out");
      continue;
    }
    auto text = value.text();
    if (!text) continue;
    const bool repeated = std::any_of(found.begin(), found.end(),
                                      [&](const auto& other) { return other.first == *text; });
    if (repeated) {
      value.wrong("names " + shown(*text) + " twice; take one out");
      continue;
    }
    found.emplace_back(*std::move(text), std::move(value));
  }
  return found;
}

std::optional<std::vector<std::string>> Value::texts(EmptyList empty) const {
  const auto found = items(empty);
  if (!found) return std::nullopt;
  std::vector<std::string> texts;
  for (const auto& [text, value] : *found) texts.push_back(text);
  return texts;
}

std::string shown(std::string_view text) {
  return "\"" + printable(text) + "\"";
}

std::string absolute_path(const std::string& path, const std::string& directory) {
  // An absolute `path` replaces `directory`, which is what operator/ does.
  return (std::filesystem::path(directory) / path).lexically_normal().string();
}

bool is_slug(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (wire::is_alnum(c) && !wire::is_upper(c)) || c == '-';
  });
}

}  // namespace latchkey::config
