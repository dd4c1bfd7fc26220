// Names of rows, as types that cannot be mixed up. None of them is a secret.
#pragma once

#include <compare>
#include <string>
#include <utility>

#include "latchkey/base/clock.h"
#include "latchkey/base/random.h"

namespace latchkey {

// A text whose `Tag` says what it names. Compared byte by byte; made from a text only explicitly.
template <typename Tag>
class StrongId {
 public:
  StrongId() = default;
  explicit StrongId(std::string text) : text_(std::move(text)) {}
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const StrongId&) const = default;

 private:
  std::string text_;
};

using AccountId = StrongId<struct AccountTag>;        // one person at one provider, for ever
using CredentialId = StrongId<struct CredentialTag>;  // one issued credential; the token's `jti`
using KeyId = StrongId<struct KeyTag>;                // one public key; the token's `kid`

// Makes a UUIDv7 in its usual 36 characters: time-ordered, 74 random bits.
// Spec: RFC 9562 section 5.7.
std::string make_uuid_v7(TimePoint now, Random& random);

// True for 36 characters of hexadecimal digits and dashes in the form of a UUID, lower case.
bool is_uuid(const std::string& text);

}  // namespace latchkey
