// SQL that was there when the program was compiled. Nothing else can be prepared, so no text that
// came in with a request can ever become SQL.
#pragma once

#include <cstddef>

namespace latchkey::store {

class SqlText {
 public:
  // Input: a literal. `consteval` refuses a string built at run time.
  template <std::size_t kSize>
  consteval explicit SqlText(const char (&text)[kSize]) : text_(text), size_(kSize) {}

  // The text, which lives for ever and ends with a NUL; `size` counts that.
  constexpr const char* text() const { return text_; }
  constexpr std::size_t size() const { return size_; }

 private:
  const char* text_;
  std::size_t size_;
};

}  // namespace latchkey::store
