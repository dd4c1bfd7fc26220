// Texts that strangers paste: what is found is short enough to be looked at, is found once, and is
// found again when it stands alone.
#include <set>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "latchkey/base/result.h"
#include "latchkey/pages/leaked_secrets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace latchkey;
  const auto is_ours = [](const KeyId& id) { return !id.empty(); };
  const std::vector<std::string> found = pages::secrets_in(fuzz::text_of(data, size), is_ours);
  LK_ASSERT(found.size() <= size);
  LK_ASSERT(std::set<std::string>(found.begin(), found.end()).size() == found.size());
  for (const std::string& secret : found) {
    const std::vector<std::string> again = pages::secrets_in(secret, is_ours);
    LK_ASSERT(!again.empty() && again.front() == secret);
  }
  LK_ASSERT(pages::pass_codes_in(fuzz::text_of(data, size)).size() <= size);
  return 0;
}
