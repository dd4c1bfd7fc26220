// A text that is safe as the value of an HTTP field or CGI variable. Every header latchkey writes
// is made of these, so that no claim, cookie or configured text can begin a field of its own.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "latchkey/base/result.h"

namespace latchkey::wire {

class FieldValue {
 public:
  FieldValue() = default;  // the empty value

  // Input:   `text`, any bytes.
  // Returns: the value when every byte is visible ASCII, space or tab, and neither end is blank.
  // Errors:  kMalformed for anything else: CR, LF, NUL, other controls, bytes above 0x7e.
  // Spec:    RFC 9110 section 5.5, without obs-text.
  static Result<FieldValue> from(std::string_view text);

  // The same for a text of latchkey's own, or one that was checked before: a bad one is an
  // invariant broken and ends the process.
  static FieldValue of_ours(std::string_view text);

  const std::string& text() const { return text_; }

 private:
  explicit FieldValue(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// True if every byte of `text` is visible ASCII or space (0x20 to 0x7e).
bool is_printable_ascii(std::string_view text);

// Returns `text` with `?` for every other byte: for logs and terminals, where strangers write
// nothing.
std::string printable(std::string_view text);

}  // namespace latchkey::wire
