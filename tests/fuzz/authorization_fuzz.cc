// Authorization fields: an accepted one can be written again and read as the same, and none carries
// control bytes.
#include <algorithm>

#include "fuzz/fuzz.h"
#include "latchkey/wire/authorization.h"
#include "latchkey/wire/base64.h"

namespace latchkey {
namespace {

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

void check(const wire::Basic& basic) {
  LK_ASSERT(!basic.user.contains(':'));
  LK_ASSERT(!has_control(basic.user) && !has_control(basic.password.reveal()));
  const std::string plain = basic.user + ":" + std::string(basic.password.reveal());
  const auto again = wire::parse_authorization("Basic " + wire::base64_encode(plain));
  // The colon that was not there and the padding may be what is over the limit.
  if (!again.has_value()) return;
  const auto* same = std::get_if<wire::Basic>(&*again);
  LK_ASSERT(same != nullptr && same->user == basic.user);
  LK_ASSERT(same->password.reveal() == basic.password.reveal());
}

void check(const wire::Bearer& bearer) {
  LK_ASSERT(!bearer.token.empty());
  LK_ASSERT(
      std::ranges::all_of(bearer.token.reveal(), [](char c) { return c > 0x20 && c < 0x7f; }));
}

void check(const wire::OtherScheme& other) {
  LK_ASSERT(!other.name.empty() && other.name != "basic" && other.name != "bearer");
}

}  // namespace
}  // namespace latchkey

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace latchkey;
  const auto parsed = wire::parse_authorization(fuzz::text_of(data, size));
  if (parsed.has_value()) std::visit([](const auto& scheme) { check(scheme); }, *parsed);
  return 0;
}
