#include "latchkey/crypto/jwks.h"

#include <algorithm>
#include <optional>

#include "latchkey/wire/json.h"
#include "latchkey/wire/json_object.h"
#include "public_key.h"

namespace latchkey::crypto {
namespace {

bool is_for_signatures(const wire::Json& jwk) {
  if (jwk.has("use") && jwk.string("use").value_or("") != "sig") return false;
  if (!jwk.has("key_ops")) return true;
  const Result<std::vector<std::string>> operations = jwk.strings("key_ops");
  return operations.has_value() && std::ranges::find(*operations, "verify") != operations->end();
}

bool fits(const Algorithm& algorithm, KeyType type, const std::string& curve) {
  return algorithm.key_type == type && algorithm.curve == curve;
}

// The allowed algorithms that the key can do; only its own one, when it names one.
std::vector<std::string> algorithms_of(const wire::Json& jwk, const EVP_PKEY* key,
                                       std::span<const std::string> allowed) {
  std::vector<std::string> result;
  const Result<KeyType> type = type_of(key);
  if (!type.has_value()) return result;
  const std::string curve = curve_of(key);
  const std::string named = jwk.string("alg").value_or("");
  for (const std::string& name : allowed) {
    const Algorithm* const algorithm = algorithm_named(name);
    if (algorithm == nullptr || !fits(*algorithm, *type, curve)) continue;
    if (jwk.has("alg") && named != name) continue;
    if (std::ranges::find(result, name) == result.end()) result.push_back(name);
  }
  return result;
}

// Nothing for a key that must be left out; the set as a whole is still good.
std::optional<VerificationKey> usable_key(const wire::Json& jwk,
                                          std::span<const std::string> allowed) {
  if (!jwk.is_object() || !is_for_signatures(jwk)) return std::nullopt;
  std::string id = jwk.string("kid").value_or("");
  if (jwk.has("kid") && !is_key_id(id)) return std::nullopt;
  Result<EvpKey> key = key_from_jwk(jwk);
  if (!key.has_value()) return std::nullopt;
  std::vector<std::string> algorithms = algorithms_of(jwk, key->get(), allowed);
  if (algorithms.empty()) return std::nullopt;
  return make_verification_key(KeyId(std::move(id)), std::move(algorithms), std::move(*key));
}

bool names_a_known_key(const std::vector<VerificationKey>& keys, const KeyId& id) {
  if (id.empty()) return false;
  return std::ranges::any_of(keys, [&](const VerificationKey& key) { return key.id() == id; });
}

}  // namespace

const VerificationKey* KeyRing::find(const KeyId& id) const {
  if (id.empty()) return nullptr;
  for (const VerificationKey& key : keys_) {
    if (key.id() == id) return &key;
  }
  return nullptr;
}

Result<std::vector<VerificationKey>> keys_from_jwks(std::string_view json,
                                                    std::span<const std::string> allowed) {
  LK_TRY(const wire::Json set, wire::Json::parse(json, kKeySetBytesMax));
  const Result<std::vector<wire::Json>> entries = set.array("keys");
  if (!entries.has_value()) return fail(ErrorCode::kMalformed, "a key set without an array keys");
  if (entries->size() > kKeySetKeysMax) {
    return fail(ErrorCode::kMalformed, "too many keys in a set");
  }
  std::vector<VerificationKey> keys;
  for (const wire::Json& entry : *entries) {
    std::optional<VerificationKey> key = usable_key(entry, allowed);
    if (key.has_value() && !names_a_known_key(keys, key->id())) keys.push_back(std::move(*key));
  }
  return keys;
}

std::string jwk_of(const VerificationKey& key) {
  const std::string required = required_members(key.impl().key.get());
  wire::JsonObject rest;
  rest.add("use", "sig");
  if (!key.id().empty()) rest.add("kid", key.id().text());
  if (key.algorithms().size() == 1) rest.add("alg", key.algorithms().front());
  // Both are objects that are not empty: one takes the other's closing brace.
  return required.substr(0, required.size() - 1) + "," + rest.text().substr(1);
}

std::string jwks_of(std::span<const VerificationKey> keys) {
  std::string result = R"({"keys":[)";
  for (const VerificationKey& key : keys) {
    if (result.back() == '}') result += ',';
    result += jwk_of(key);
  }
  return result + "]}";
}

KeyId thumbprint_of(const VerificationKey& key) { return thumbprint(key.impl().key.get()); }

}  // namespace latchkey::crypto
