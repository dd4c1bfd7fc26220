// Looking into an Answer.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "latchkey/model/answer.h"

namespace latchkey {

// The values of all fields of that name, which is compared without case, as HTTP does.
inline std::vector<std::string> fields(const model::Answer& answer, std::string_view name) {
  const auto lower = [](std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) {
      return static_cast<char>(std::tolower(c));
    });
    return result;
  };
  std::vector<std::string> values;
  for (const model::Header& header : answer.headers) {
    if (lower(header.name) == lower(name)) values.push_back(header.value.text());
  }
  return values;
}

// The one value of that field; `(absent)` or `(repeated)` when it is not there exactly once.
inline std::string field(const model::Answer& answer, std::string_view name) {
  const std::vector<std::string> values = fields(answer, name);
  if (values.empty()) return "(absent)";
  return values.size() == 1 ? values.front() : "(repeated)";
}

}  // namespace latchkey
