// application/x-www-form-urlencoded, both ways: query strings, posted forms, token requests.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/base/result.h"

namespace latchkey::wire {

inline constexpr std::size_t kFormBytesMax = std::size_t{64} * 1024;
inline constexpr std::size_t kFormFieldsMax = 100;

class Form {
 public:
  // Decodes `a=1&b=2`.
  //
  // Input:   any bytes. A field without `=` has an empty value; an empty field is skipped.
  // Errors:  kMalformed: over kFormBytesMax or kFormFieldsMax, a `%` without two hexadecimal
  //          digits, a NUL, or a name or value that is not UTF-8.
  // Spec:    the URL standard, section 5.1.
  static Result<Form> parse(std::string_view urlencoded);

  // Finds the value of the one field `name`.
  //
  // Returns: the decoded value, or nullopt if there is none.
  // Errors:  kMalformed: the field is repeated, and two readers might choose differently.
  Result<std::optional<std::string>> single(std::string_view name) const;

  // Returns the values of all fields `name` in their order, for names that may be repeated (scope).
  std::vector<std::string> all(std::string_view name) const;

  bool has(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// Returns `text` with every byte but `A-Z a-z 0-9 - . _ ~` percent-encoded.
std::string url_encode(std::string_view text);

using FormField = std::pair<std::string, std::string>;

// Returns `name=value&...` with both sides encoded by url_encode.
std::string form_encode(std::span<const FormField> fields);

}  // namespace latchkey::wire
