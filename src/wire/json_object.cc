#include "latchkey/wire/json_object.h"

#include "latchkey/wire/hex.h"
#include "latchkey/wire/utf8.h"

namespace latchkey::wire {
namespace {

bool needs_escape(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&';
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  out += "\\u00";
  out += hex_encode(std::string_view(&c, 1));
}

template <typename T, typename Write>
std::string list_of(std::span<const T> values, Write write) {
  std::string out = "[";
  for (const T& value : values) {
    if (out.size() > 1) out += ',';
    out += write(value);
  }
  return out + "]";
}

}  // namespace

std::string json_string(std::string_view text) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  std::string out = "\"";
  out.reserve(text.size() + 2);
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    if (length == 1 && needs_escape(text.front())) {
      append_escape(out, text.front());
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out + "\"";
}

JsonObject& JsonObject::add_raw(std::string_view name, std::string_view json) {
  if (!members_.empty()) members_ += ',';
  members_ += json_string(name);
  members_ += ':';
  members_ += json;
  return *this;
}

JsonObject& JsonObject::add(std::string_view name, std::string_view value) {
  return add_raw(name, json_string(value));
}

JsonObject& JsonObject::add(std::string_view name, std::span<const std::string> values) {
  return add_raw(name,
                 list_of(values, [](const std::string& value) { return json_string(value); }));
}

JsonObject& JsonObject::add(std::string_view name, const JsonObject& value) {
  return add_raw(name, value.text());
}

JsonObject& JsonObject::add(std::string_view name, std::span<const JsonObject> values) {
  return add_raw(name, json_array(values));
}

std::string json_array(std::span<const JsonObject> values) {
  return list_of(values, [](const JsonObject& value) { return value.text(); });
}

}  // namespace latchkey::wire
