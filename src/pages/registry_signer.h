// Signs tokens for registries with the key that signs at the time, made when none does.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "latchkey/config/docker.h"
#include "latchkey/crypto/registry_keys.h"
#include "latchkey/store/store.h"

namespace latchkey::pages {

class RegistrySigner {
 public:
  // Input: `store`, whose audit log tells of keys that are made.
  RegistrySigner(crypto::RegistryKeys keys, config::KeyIdForm form, store::Store& store)
      : keys_(std::move(keys)), form_(form), store_(store) {}

  // Returns the signed token. What was read of the directory is kept until it changes.
  //
  // Errors: kUnavailable: there is no key, or none that can be used; whatever is wrong with it, the
  //         one who asked did nothing wrong.
  Result<SecretString> sign(std::string_view claims_json, TimePoint now);

 private:
  Outcome make_key(TimePoint now);
  Outcome refresh(TimePoint now);

  crypto::RegistryKeys keys_;
  config::KeyIdForm form_;
  store::Store& store_;
  std::optional<crypto::FileStamp> stamp_;
  std::vector<crypto::RegistryKeyInfo> infos_;
  std::optional<crypto::RegistrySigningKey> key_;
};

}  // namespace latchkey::pages
