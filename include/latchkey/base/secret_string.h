// A text that must never be printed: passwords, tokens, cookie values, client secrets.
// It has no `<<` and no formatter, so that a log line with one in it does not compile.
#pragma once

#include <string>
#include <string_view>

namespace latchkey {

// Move-only; the bytes are overwritten when the object ends or is moved from.
class SecretString {
 public:
  SecretString() = default;
  explicit SecretString(std::string_view text) : text_(text) {}
  // Takes the text over and wipes what `text` keeps of it (a short string is copied by a move).
  explicit SecretString(std::string&& text);
  SecretString(SecretString&& other) noexcept;
  SecretString& operator=(SecretString&& other) noexcept;
  SecretString(const SecretString&) = delete;
  SecretString& operator=(const SecretString&) = delete;
  ~SecretString();

  bool empty() const { return text_.empty(); }
  std::size_t size() const { return text_.size(); }

  // The one way out. The view lives as long as this object is not moved from or assigned to.
  std::string_view reveal() const { return text_; }

  // Returns a second owner of the same text.
  SecretString copy() const { return SecretString(std::string_view(text_)); }

 private:
  std::string text_;
};

// Compares in a time that depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

// Overwrites the bytes of `text` in a way the compiler cannot leave out, and empties it.
void wipe(std::string& text);

}  // namespace latchkey
