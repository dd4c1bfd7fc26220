#include "latchkey/crypto/user_token.h"

#include <algorithm>

#include "latchkey/wire/base64.h"
#include "latchkey/wire/chars.h"

namespace latchkey::crypto {
namespace {

constexpr std::size_t kNameCodeBytes = 6;
constexpr std::size_t kPassCodeBytes = 33;
constexpr std::string_view kPurpose = "latchkey user token pass code";

bool is_ticket(std::string_view text) {
  if (text.size() != kTicketCharacters) return false;
  Result<std::string> bytes = wire::base64_decode(text);
  if (!bytes) return false;
  const bool whole = bytes->size() == kTicketBytes;
  wipe(*bytes);
  return whole;
}

}  // namespace

std::string make_name_code(Random& random) {
  for (;;) {
    std::string code = wire::base64url_encode(random.bytes(kNameCodeBytes));
    // A name that begins with `-` would be an option to many a tool.
    if (std::ranges::all_of(code, wire::is_alnum)) return code;
  }
}

std::int64_t make_generation(Random& random) {
  std::uint64_t number = 0;
  for (const char byte : random.bytes(sizeof number)) {
    number = number << 8U | static_cast<unsigned char>(byte);
  }
  return static_cast<std::int64_t>(number >> 1U);
}

SecretString pass_code(const Sealer& sealer, std::string_view name_code, std::int64_t generation) {
  const std::string number = std::to_string(generation);
  // One digest is a byte short of Nexus' 44 characters.
  std::string bytes;
  bytes.reserve(2 * Digest::kBytes);  // growing would leave a copy behind
  bytes += sealer.derive(kPurpose, {name_code, number, "1"}).bytes();
  bytes += sealer.derive(kPurpose, {name_code, number, "2"}).bytes();
  SecretString code(wire::base64url_encode(std::string_view(bytes).substr(0, kPassCodeBytes)));
  wipe(bytes);
  return code;
}

bool may_be_pass_code(std::string_view text) {
  return text.size() == kPassCodeCharacters && std::ranges::all_of(text, [](char c) {
    return wire::is_alnum(c) || c == '-' || c == '_';
  });
}

SecretString make_ticket(Random& random) {
  const SecretString bytes(random.bytes(kTicketBytes));
  return SecretString(wire::base64_encode(bytes.reveal()));
}

std::optional<SecretString> read_ticket(std::string_view sent) {
  if (is_ticket(sent)) return SecretString(sent);
  Result<std::string> once = wire::base64_decode(sent);
  if (!once || !is_ticket(*once)) return std::nullopt;
  return SecretString(*std::move(once));
}

}  // namespace latchkey::crypto
