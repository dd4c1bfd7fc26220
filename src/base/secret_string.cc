#include "latchkey/base/secret_string.h"

#include <string.h>

#include <utility>

namespace latchkey {

void wipe(std::string& text) {
  // The whole capacity: a text that has shrunk leaves its tail behind otherwise.
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

SecretString::SecretString(std::string&& text) : text_(std::move(text)) { wipe(text); }

SecretString::SecretString(SecretString&& other) noexcept : text_(std::move(other.text_)) {
  wipe(other.text_);
}

SecretString& SecretString::operator=(SecretString&& other) noexcept {
  if (this == &other) return *this;
  wipe(text_);
  text_ = std::move(other.text_);
  wipe(other.text_);
  return *this;
}

SecretString::~SecretString() { wipe(text_); }

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])));
  }
  // volatile keeps the loop from being turned into an early exit.
  const volatile unsigned char result = difference;
  return result == 0;
}

}  // namespace latchkey
