#include "latchkey/pages/leaked.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/jwt.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/crypto/short_token.h"
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

// Collects what looks like a secret. Each byte is looked at a few times at most, whatever the text.
class Search {
 public:
  void in(std::string_view text) {
    while (!text.empty() && found_.size() < kLeakedMax) text.remove_prefix(step(text));
  }

  // In all that may be base64, and is long enough to have a secret.
  void in_encoded(std::string_view text) {
    while (!text.empty()) {
      std::string_view run = run_of(text, is_base64);
      text.remove_prefix(std::max<std::size_t>(run.size(), 1));
      if (run.size() < crypto::kShortTokenBytes) continue;
      const Result<std::string> decoded = wire::base64_decode(run);
      if (decoded) in(*decoded);
    }
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
    if (std::ranges::find(found_, secret) == found_.end()) found_.emplace_back(secret);
    return secret.size();
  }

  std::vector<std::string> found_;
};

// Finds the credential whose secret this is; nullopt: none of ours.
// Errors: kUnavailable.
Result<std::optional<CredentialId>> id_of(store::Store& store, const crypto::KeyRing& keys,
                                          std::string_view secret) {
  if (crypto::is_short_token(secret)) {
    const auto found = store.credentials().presented_short(crypto::sha256(secret));
    if (found) return found->id;
    if (found.error().code == ErrorCode::kNotFound) return std::nullopt;
    return std::unexpected(found.error());
  }
  const Result<crypto::UnverifiedToken> parsed = crypto::UnverifiedToken::parse(secret);
  if (!parsed) return std::nullopt;
  const crypto::VerificationKey* const key = keys.find(parsed->key_id());
  if (key == nullptr) return std::nullopt;
  const Result<crypto::VerifiedToken> verified = key->verify(*parsed);
  if (!verified) return std::nullopt;
  const Result<std::string> use = verified->claims().string("token_use");
  Result<std::string> id = verified->claims().string("jti");
  if (!use || *use != "credential" || !id) return std::nullopt;
  return CredentialId(*std::move(id));
}

}  // namespace

std::vector<std::string> secrets_in(std::string_view text) {
  Search search;
  search.in(text);
  search.in_encoded(text);
  return search.take();
}

Result<std::vector<CredentialId>> revoke_leaked(const config::Config& config, store::Store& store,
                                                std::string_view text, TimePoint now,
                                                const model::Actor& by) {
  std::vector<CredentialId> revoked;
  const Result<crypto::KeyRing> keys =
      crypto::KeyDirectory(config.credential.key_directory).public_keys();
  if (!keys) return fail(ErrorCode::kUnavailable, "keys: " + keys.error().detail);
  for (const std::string& secret : secrets_in(text)) {
    LK_TRY(const std::optional<CredentialId> id, id_of(store, *keys, secret));
    if (!id) continue;
    const Outcome done = store.credentials().revoke(*id, now, by);
    if (done) revoked.push_back(*id);
    else if (done.error().code != ErrorCode::kNotFound) return std::unexpected(done.error());
  }
  return revoked;
}

}  // namespace latchkey::pages
