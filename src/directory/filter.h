// Search filters: values are filled in so that they can never become syntax.
#pragma once

#include <string>
#include <string_view>

namespace latchkey::directory {

// Returns `value` with every byte but printable ASCII without `*`, `(`, `)` and `\` as `\xx`.
// Spec: RFC 4515 section 3.
std::string escape_filter_value(std::string_view value);

// Fills `zero` in for {0} and `one` for {1}, escaped. What is filled in is not looked at again, so
// that a value of "{1}" stays one.
//
// Returns: the filter, in brackets even where the pattern has none.
std::string fill_filter(std::string_view pattern, std::string_view zero, std::string_view one);

}  // namespace latchkey::directory
