// A whole HTTP answer, built in memory before a byte of it is written.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/wire/field_value.h"

namespace latchkey::model {

struct Header {
  std::string name;
  wire::FieldValue value;
};

// `status` is an HTTP status, 200 to 599. The body is sent as it is, or left out for HEAD by fcgi/.
struct Answer {
  int status = 503;
  std::vector<Header> headers;
  std::string body;

  // Appends a field.
  void add(std::string name, wire::FieldValue value) {
    headers.push_back({std::move(name), std::move(value)});
  }
  // The same for a value of FieldValue::of_ours().
  void add_ours(std::string name, std::string_view value) {
    add(std::move(name), wire::FieldValue::of_ours(value));
  }
};

}  // namespace latchkey::model
