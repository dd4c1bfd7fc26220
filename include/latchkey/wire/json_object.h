// Writes JSON objects: JsonObject().add("id", id).add("expires", 60).text().
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::wire {

// Returns `text` as a JSON string with its quotes. What is not UTF-8 becomes U+FFFD; `<`, `>`, `&`
// and DEL are escaped, so that the text is safe inside HTML as well.
std::string json_string(std::string_view text);

// An object under construction. A name is added once; the caller sees to that.
class JsonObject {
 public:
  JsonObject& add(std::string_view name, std::string_view value);
  JsonObject& add(std::string_view name, const std::string& value) {
    return add(name, std::string_view(value));
  }
  JsonObject& add(std::string_view name, const char* value) {
    return add(name, std::string_view(value));
  }
  // Only these two take numbers and truth values, so that a pointer cannot slip in as `true`.
  template <std::same_as<bool> T>
  JsonObject& add(std::string_view name, T value) {
    return add_raw(name, value ? "true" : "false");
  }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  JsonObject& add(std::string_view name, T value) {
    return add_raw(name, std::to_string(value));
  }
  JsonObject& add(std::string_view name, std::span<const std::string> values);
  JsonObject& add(std::string_view name, const std::vector<std::string>& values) {
    return add(name, std::span<const std::string>(values));
  }
  JsonObject& add(std::string_view name, const JsonObject& value);
  JsonObject& add(std::string_view name, std::span<const JsonObject> values);
  JsonObject& add(std::string_view name, const std::vector<JsonObject>& values) {
    return add(name, std::span<const JsonObject>(values));
  }
  JsonObject& add_null(std::string_view name) { return add_raw(name, "null"); }

  // Adds a value that is JSON already, for example Json::text().
  JsonObject& add_raw(std::string_view name, std::string_view json);

  // Returns the object's text, `{}` when nothing was added.
  std::string text() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

// Returns the text of an array of objects, for answers that are a list.
std::string json_array(std::span<const JsonObject> values);

}  // namespace latchkey::wire
