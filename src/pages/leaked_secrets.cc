#include "latchkey/pages/leaked_secrets.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "latchkey/base/result.h"
#include "latchkey/crypto/jwt.h"
#include "latchkey/crypto/short_token.h"
#include "latchkey/crypto/user_token.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/chars.h"

namespace latchkey::pages {
namespace {

constexpr std::string_view kSignedMark = "eyJ";
// In base64url: that of a credential has 112, with the longest `kid` there may be 140.
constexpr std::size_t kHeaderBytesMax = 256;

bool is_base64(char c) { return wire::is_alnum(c) || c == '+' || c == '/'; }
bool is_of_token(char c) { return wire::is_base64url(c) || c == '.'; }

// The beginning of `text` that has nothing but such bytes.
std::string_view run_of(std::string_view text, bool (*belongs)(char)) {
  const auto end = std::ranges::find_if_not(text, belongs);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// What stands before the third dot of a token's bytes at the beginning of `text`, as a full stop
// behind a token ends a sentence; no more than a token of ours may have.
std::string_view token_run(std::string_view text) {
  text = text.substr(0, crypto::kTokenBytesMax);
  std::size_t end = 0;
  for (int dots = 0; end < text.size() && is_of_token(text[end]); ++end) {
    if (text[end] == '.' && ++dots == 3) break;
  }
  return text.substr(0, end);
}

// Calls `look` with the text, and with all in it that may be base64 and is long enough to have a
// secret, decoded.
template <typename Look>
void plain_and_encoded(std::string_view text, Look look) {
  look(text);
  while (!text.empty()) {
    const std::string_view run = run_of(text, is_base64);
    text.remove_prefix(std::max<std::size_t>(run.size(), 1));
    if (run.size() < crypto::kShortTokenBytes) continue;
    const Result<std::string> decoded = wire::base64_decode(run);
    if (decoded) look(std::string_view(*decoded));
  }
}

// What was found, in the order of the text and each once.
class Found {
 public:
  void keep(std::string_view secret) {
    if (known_.emplace(secret).second) secrets_.emplace_back(secret);
  }
  std::vector<std::string> take() { return std::move(secrets_); }

 private:
  std::set<std::string, std::less<>> known_;
  std::vector<std::string> secrets_;
};

// Collects what may be ours. All but a short one is stepped over byte by byte, so that nothing in
// front of a secret hides it; each byte is still looked at a bounded number of times, because a
// header of ours is short.
class Search {
 public:
  explicit Search(const IsOurKey& is_ours) : is_ours_(is_ours) {}

  void in(std::string_view text) {
    while (!text.empty()) text.remove_prefix(step(text));
  }

  std::vector<std::string> take() { return found_.take(); }

 private:
  // Looks at the beginning of `text`. Returns how much of it is done with.
  std::size_t step(std::string_view text) {
    const std::string_view fixed = text.substr(0, crypto::kShortTokenBytes);
    if (crypto::is_short_token(fixed)) {
      found_.keep(fixed);
      return fixed.size();
    }
    if (text.starts_with(kSignedMark) && names_our_key(text)) {
      const std::string_view run = token_run(text);
      if (std::ranges::count(run, '.') == 2) found_.keep(run);
    }
    return 1;
  }

  bool names_our_key(std::string_view text) const {
    const std::string_view header = run_of(text.substr(0, kHeaderBytesMax), wire::is_base64url);
    if (!text.substr(header.size()).starts_with('.')) return false;
    const Result<KeyId> key = crypto::read_key_id(header);
    return key && is_ours_(*key);
  }

  const IsOurKey& is_ours_;
  Found found_;
};

}  // namespace

std::vector<std::string> secrets_in(std::string_view text, const IsOurKey& is_ours) {
  Search search(is_ours);
  plain_and_encoded(text, [&](std::string_view part) { search.in(part); });
  return search.take();
}

std::vector<std::string> pass_codes_in(std::string_view text) {
  Found found;
  plain_and_encoded(text, [&](std::string_view part) {
    while (!part.empty()) {
      const std::string_view run = run_of(part, wire::is_base64url);
      part.remove_prefix(std::max<std::size_t>(run.size(), 1));
      if (crypto::may_be_pass_code(run)) found.keep(run);
    }
  });
  return found.take();
}

}  // namespace latchkey::pages
