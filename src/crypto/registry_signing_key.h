// What a RegistrySigningKey holds. Private to this folder.
#pragma once

#include "latchkey/crypto/registry_keys.h"
#include "openssl.h"

namespace latchkey::crypto {

class RegistrySigningKey::Impl {
 public:
  RegistryKeyInfo info;
  EvpKey key;
};

}  // namespace latchkey::crypto
