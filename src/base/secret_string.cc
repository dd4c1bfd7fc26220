#include "latchkey/base/secret_string.h"

#include <string.h>

#include <cstdint>
#include <cstring>
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
  std::uint64_t difference = 0;
  std::size_t at = 0;
  for (; at + sizeof difference <= a.size(); at += sizeof difference) {
    std::uint64_t one = 0;
    std::uint64_t other = 0;
    std::memcpy(&one, a.data() + at, sizeof one);
    std::memcpy(&other, b.data() + at, sizeof other);
    difference |= one ^ other;
  }
  for (; at < a.size(); ++at) {
    difference |= static_cast<unsigned char>(a[at]) ^ static_cast<unsigned char>(b[at]);
  }
  // volatile keeps the loops from being turned into an early exit.
  const volatile std::uint64_t result = difference;
  return result == 0;
}

}  // namespace latchkey
