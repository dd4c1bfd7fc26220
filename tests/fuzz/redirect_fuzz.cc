// Redirect targets: an accepted one stays on the site, by the rules browsers resolve URLs with, as
// it is and after one more decoding by whoever handles it next.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "latchkey/base/result.h"
#include "latchkey/wire/field_value.h"
#include "latchkey/wire/hex.h"
#include "latchkey/wire/redirect.h"

namespace latchkey {
namespace {

const std::vector<std::string> kOwn = {"/oauth/login", "/oauth/logout"};

// Browsers drop tabs and line ends, take `\` for `/`, and leave the site at two slashes or a
// scheme.
bool leaves_the_site(std::string text) {
  std::erase_if(text, [](char c) { return c == '\t' || c == '\r' || c == '\n'; });
  std::ranges::replace(text, '\\', '/');
  return !text.starts_with('/') || text.starts_with("//");
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool whole = text[i] == '%' && i + 2 < text.size();
    const int high = whole ? wire::hex_value(text[i + 1]) : -1;
    const int low = whole ? wire::hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace
}  // namespace latchkey

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace latchkey;
  const std::string rd(fuzz::text_of(data, size));
  const std::string result = wire::safe_redirect(rd, kOwn);
  LK_ASSERT(result == rd || result == "/");
  LK_ASSERT(result.size() <= wire::kRedirectBytesMax);
  LK_ASSERT(wire::FieldValue::from(result).has_value());
  LK_ASSERT(!leaves_the_site(result));
  LK_ASSERT(!leaves_the_site(decoded(result)));
  LK_ASSERT(!leaves_the_site(decoded(decoded(result))));
  for (const std::string& own : kOwn) LK_ASSERT(decoded(result) != own);
  // What was accepted at the start of the login is accepted when it comes back.
  LK_ASSERT(wire::safe_redirect(result, kOwn) == result);
  return 0;
}
