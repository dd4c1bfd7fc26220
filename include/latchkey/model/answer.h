// A whole HTTP answer, built in memory before a byte of it is written.
#pragma once

#include <string>
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

  // Appends a field. `value` must be one that FieldValue accepts; a bad one is an invariant broken.
  void add(std::string name, wire::FieldValue value) {
    headers.push_back({std::move(name), std::move(value)});
  }
};

}  // namespace latchkey::model
