#include "latchkey/pages/leaked.h"

#include <optional>
#include <utility>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/jwt.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/crypto/registry_keys.h"
#include "latchkey/crypto/short_token.h"
#include "latchkey/pages/leaked_secrets.h"
#include "latchkey/wire/base64.h"
#include "latchkey/wire/json.h"

namespace latchkey::pages {
namespace {

// So many tokens are looked up whose keys are gone: nothing is ended by them.
constexpr std::size_t kLookedUpMax = 32;

// What a secret is good for, and so what has to end: one of both, or nothing.
struct Parent {
  CredentialId credential{};
  AccountId user_token_of{};
  std::string name_code{};
};

struct Keys {
  crypto::KeyRing credentials;
  crypto::KeyRing registries;
};

Result<Keys> load_keys(const std::string& directory) {
  Keys keys;
  LK_TRY(keys.credentials, crypto::KeyDirectory(directory).public_keys());
  LK_TRY(keys.registries, crypto::RegistryKeys(directory).public_keys());
  return keys;
}

std::string text_of(const wire::Json& claims, std::string_view name) {
  return claims.string(name).value_or("");
}

Parent parent_of_credential(const wire::Json& claims) {
  if (text_of(claims, "token_use") != "credential") return {};
  return {.credential = CredentialId(text_of(claims, "jti"))};
}

// A token that a registry takes dies with what it was made of.
Parent parent_of_docker_token(const wire::Json& claims) {
  return {.credential = CredentialId(text_of(claims, "credential")),
          .user_token_of = AccountId(text_of(claims, "account")),
          .name_code = text_of(claims, "user_token")};
}

// The signature is looked at, so that nobody can revoke by an id alone.
Parent parent_of_signed(const Keys& keys, std::string_view secret) {
  const Result<crypto::UnverifiedToken> parsed = crypto::UnverifiedToken::parse(secret);
  if (!parsed) return {};
  const crypto::VerificationKey* const ours = keys.credentials.find(parsed->key_id());
  const crypto::VerificationKey* const key =
      ours != nullptr ? ours : keys.registries.find(parsed->key_id());
  if (key == nullptr) return {};
  const Result<crypto::VerifiedToken> verified = key->verify(*parsed);
  if (!verified) return {};
  return ours != nullptr ? parent_of_credential(verified->claims())
                         : parent_of_docker_token(verified->claims());
}

// Errors: kUnavailable.
Result<Parent> parent_of(store::Store& store, const Keys& keys, std::string_view secret) {
  if (!crypto::is_short_token(secret)) return parent_of_signed(keys, secret);
  auto found = store.credentials().presented_short(crypto::sha256(secret));
  if (found) return Parent{.credential = std::move(found->id)};
  if (found.error().code == ErrorCode::kNotFound) return Parent{};
  return std::unexpected(std::move(found).error());
}

// Errors: kUnavailable.
Result<Parent> parent_of_pass_code(store::Store& store, std::string_view pass_code) {
  auto found = store.user_tokens().presented(crypto::sha256(pass_code));
  if (found) {
    return Parent{.user_token_of = found->owner.account, .name_code = std::move(found->name_code)};
  }
  if (found.error().code == ErrorCode::kNotFound) return Parent{};
  return std::unexpected(std::move(found).error());
}

// Nothing to end is no failure.
Outcome unless_gone(Outcome outcome) {
  if (!outcome && outcome.error().code == ErrorCode::kNotFound) return {};
  return outcome;
}

// Ends the pair of that name code; the one that took its place was not leaked.
Outcome reset_pair(store::UserTokens& pairs, const Parent& parent, TimePoint now,
                   const model::Actor& by, std::vector<std::string>& ended) {
  const Result<store::UserToken> pair = pairs.find(parent.user_token_of);
  if (!pair) return unless_gone(std::unexpected(pair.error()));
  if (pair->name_code != parent.name_code) return {};
  LK_CHECK(unless_gone(pairs.reset(parent.user_token_of, now, by)));
  ended.push_back(parent.name_code);
  return {};
}

Outcome end(store::Store& store, const Parent& parent, TimePoint now, const model::Actor& by,
            Leaked& leaked) {
  if (!parent.name_code.empty()) {
    return reset_pair(store.user_tokens(), parent, now, by, leaked.user_tokens);
  }
  if (parent.credential.empty()) return {};
  const Outcome revoked = store.credentials().revoke(parent.credential, now, by);
  if (revoked) leaked.credentials.push_back(parent.credential);
  return unless_gone(revoked);
}

// What a token says of itself, which nobody vouches for: good for looking it up, and nothing else.
CredentialId named_by(std::string_view token) {
  const std::size_t begin = token.find('.') + 1;
  const Result<std::string> payload =
      wire::base64url_decode(token.substr(begin, token.find('.', begin) - begin));
  if (!payload) return {};
  const Result<wire::Json> claims = wire::Json::parse(*payload, crypto::kTokenBytesMax);
  if (!claims || !claims->is_object()) return {};
  const Parent parent = parent_of_credential(*claims);
  return parent.credential.empty() ? parent_of_docker_token(*claims).credential : parent.credential;
}

// A key that was dropped has ended what it signed, and whoever asks afterwards wants to know.
Outcome look_up(store::Credentials& credentials, const CredentialId& id, Leaked& leaked) {
  const Result<store::CredentialAndAccount> found = credentials.find(id);
  if (!found) return unless_gone(std::unexpected(found.error()));
  (found->credential.revoked ? leaked.credentials : leaked.unproven).push_back(id);
  return {};
}

Outcome look_up_all(store::Credentials& credentials, const std::vector<std::string>& tokens,
                    Leaked& leaked) {
  std::size_t asked = 0;
  for (const std::string& token : tokens) {
    const CredentialId id = named_by(token);
    if (id.empty()) continue;
    if (++asked > kLookedUpMax) break;
    LK_CHECK(look_up(credentials, id, leaked));
  }
  return {};
}

}  // namespace

Result<Leaked> revoke_leaked(const config::Config& config, store::Store& store,
                             std::string_view text, TimePoint now, const model::Actor& by) {
  const Result<Keys> keys = load_keys(config.credential.key_directory);
  if (!keys) return fail(ErrorCode::kUnavailable, "keys: " + keys.error().detail);
  Leaked leaked;
  const auto is_ours = [&](const KeyId& id) {
    return keys->credentials.find(id) != nullptr || keys->registries.find(id) != nullptr;
  };
  for (const std::string& secret : secrets_in(text, is_ours)) {
    LK_TRY(const Parent parent, parent_of(store, *keys, secret));
    LK_CHECK(end(store, parent, now, by, leaked));
  }
  for (const std::string& pass_code : pass_codes_in(text)) {
    LK_TRY(const Parent parent, parent_of_pass_code(store, pass_code));
    LK_CHECK(end(store, parent, now, by, leaked));
  }
  const auto key_is_gone = [&](const KeyId& id) { return !is_ours(id); };
  LK_CHECK(look_up_all(store.credentials(), secrets_in(text, key_is_gone), leaked));
  return leaked;
}

}  // namespace latchkey::pages
