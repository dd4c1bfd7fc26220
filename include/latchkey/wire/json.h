// Strict JSON for what strangers send: token headers, claims, key sets, answers of providers. A
// text that two parsers could read differently is refused. For writing, see json_object.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/base/result.h"

struct cJSON;  // NOLINT(readability-identifier-naming): the library's name

namespace latchkey::wire {

inline constexpr int kJsonDepthMax = 16;
inline constexpr std::size_t kJsonValuesMax = 20'000;
inline constexpr std::size_t kJsonNumberBytesMax = 40;
inline constexpr std::int64_t kNumericDateMax = 253'402'300'799;  // 9999-12-31T23:59:59Z

// One value of a parsed text. Copies share the text's tree, which lives as long as one of them
// does.
class Json {
 public:
  // Reads one JSON text.
  //
  // Input:   `text`, any bytes, at most `bytes_max`.
  // Errors:  kMalformed: over a limit, anything outside the grammar (comments, text after the
  //          value, a byte order mark), invalid UTF-8, a lone surrogate, NUL in a string, or an
  //          object with two members of one name, however spelled.
  // Spec:    RFC 8259, RFC 7493 section 2.
  static Result<Json> parse(std::string_view text, std::size_t bytes_max);

  bool is_object() const;
  bool is_array() const;

  // The value itself, when it is no object: an element of an array.
  // Errors:  kMalformed: it has another type.
  Result<std::string> as_string() const;

  // Members of an object; names are compared byte by byte. On a value that is no object all of them
  // fail with kMalformed, has() is false and names() is empty.
  //
  // Errors:  kNotFound: no such member. kMalformed: it has another type (null is another type), or,
  //          for integer(), is not within 0 and kNumericDateMax. Fractions are cut off.
  bool has(std::string_view member) const;
  bool is_null(std::string_view member) const;
  Result<std::string> string(std::string_view member) const;
  Result<std::int64_t> integer(std::string_view member) const;
  Result<bool> boolean(std::string_view member) const;
  Result<Json> object(std::string_view member) const;
  Result<std::vector<Json>> array(std::string_view member) const;

  // A string, or an array of nothing but strings, as `aud` and group claims are spelled.
  Result<std::vector<std::string>> strings(std::string_view member) const;

  // The names of the members in the text's order.
  std::vector<std::string> names() const;

  // The elements of an array; empty for another type.
  std::vector<Json> elements() const;

  // Follows `a.b.c` through nested objects. A member whose own name is the whole text comes first,
  // as claims may be named by URLs.
  //
  // Errors:  kNotFound: a step is absent. kMalformed: a step on the way is no object.
  Result<Json> find(std::string_view dotted) const;

  // The compact text of this value.
  std::string text() const;

 private:
  explicit Json(std::shared_ptr<const cJSON> value) : value_(std::move(value)) {}
  Result<Json> member(std::string_view name) const;

  std::shared_ptr<const cJSON> value_;
};

}  // namespace latchkey::wire
