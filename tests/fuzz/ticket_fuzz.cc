// Tickets and pass codes: what is taken for one has exactly one text.
#include "fuzz/fuzz.h"
#include "latchkey/crypto/user_token.h"
#include "latchkey/wire/base64.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace latchkey;
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto ticket = crypto::read_ticket(text)) {
    const auto bytes = wire::base64_decode(ticket->reveal());
    LK_ASSERT(bytes.has_value() && bytes->size() == crypto::kTicketBytes);
    LK_ASSERT(wire::base64_encode(*bytes) == ticket->reveal());
    LK_ASSERT(crypto::read_ticket(ticket->reveal())->reveal() == ticket->reveal());
  }
  if (crypto::may_be_pass_code(text)) {
    LK_ASSERT(text.size() == crypto::kPassCodeCharacters);
    LK_ASSERT(wire::base64url_decode(text).has_value());
  }
  return 0;
}
