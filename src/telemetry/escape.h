// Makes any bytes safe inside one line of the log.
#pragma once

#include <string>
#include <string_view>

namespace latchkey::telemetry {

// Appends `value` to `line`, as it is when it is one plain word, else in double quotes with
// escapes.
//
// Input: `value`, any bytes; what is beyond kValueBytesMax is cut off and marked by `...`.
void append_text_value(std::string& line, std::string_view value);

// Appends `value` as a JSON string with its quotes. A byte that is no UTF-8 becomes the four
// characters `\xHH`, as JSON has no way to say it.
void append_json_string(std::string& line, std::string_view value);

}  // namespace latchkey::telemetry
