#include "latchkey/pages/leaked_secrets.h"

#include <algorithm>
#include <utility>

#include "latchkey/base/result.h"
#include "latchkey/crypto/short_token.h"
#include "latchkey/crypto/user_token.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/chars.h"

namespace latchkey::pages {
namespace {

constexpr std::string_view kSignedMark = "eyJ";

bool is_base64(char c) { return wire::is_alnum(c) || c == '+' || c == '/'; }
bool is_of_token(char c) { return wire::is_base64url(c) || c == '.'; }

// The beginning of `text` that has nothing but such bytes.
std::string_view run_of(std::string_view text, bool (*belongs)(char)) {
  const auto end = std::ranges::find_if_not(text, belongs);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// What stands before the third dot of a token's bytes at the beginning of `text`, as a full stop
// behind a token ends a sentence. Goes no further than that, so that a text of nothing but tokens
// is read once.
std::string_view token_run(std::string_view text) {
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

void keep_once(std::vector<std::string>& found, std::string_view secret) {
  if (std::ranges::find(found, secret) == found.end()) found.emplace_back(secret);
}

// Collects what looks like a secret. Each byte is looked at a few times at most, whatever the text.
class Search {
 public:
  void in(std::string_view text) {
    while (!text.empty() && found_.size() < kLeakedMax) text.remove_prefix(step(text));
  }

  std::vector<std::string> take() { return std::move(found_); }

 private:
  // Looks at the beginning of `text`. Returns how much of it is done with.
  std::size_t step(std::string_view text) {
    const std::string_view fixed = text.substr(0, crypto::kShortTokenBytes);
    if (crypto::is_short_token(fixed)) return keep(fixed);
    if (!text.starts_with(kSignedMark)) return 1;
    const std::string_view run = token_run(text);
    return std::ranges::count(run, '.') == 2 ? keep(run) : run.size();
  }

  std::size_t keep(std::string_view secret) {
    keep_once(found_, secret);
    return secret.size();
  }

  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> secrets_in(std::string_view text) {
  Search search;
  plain_and_encoded(text, [&](std::string_view part) { search.in(part); });
  return search.take();
}

std::vector<std::string> pass_codes_in(std::string_view text) {
  std::vector<std::string> found;
  plain_and_encoded(text, [&](std::string_view part) {
    while (!part.empty() && found.size() < kPassCodesMax) {
      const std::string_view run = run_of(part, wire::is_base64url);
      part.remove_prefix(std::max<std::size_t>(run.size(), 1));
      if (crypto::may_be_pass_code(run)) keep_once(found, run);
    }
  });
  return found;
}

}  // namespace latchkey::pages
