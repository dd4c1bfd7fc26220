// The public keys of the credentials we sign, for those who verify them elsewhere.
#pragma once

#include "latchkey/crypto/key_directory.h"
#include "latchkey/pages/page.h"

namespace latchkey::pages {

// Route: GET. The one answer of ours that may be cached: five minutes, so that a rotated key is
// known everywhere long before the old one is retired.
class JwksPage final : public Page {
 public:
  explicit JwksPage(crypto::KeyDirectory keys) : keys_(std::move(keys)) {}
  PageResult serve(const PageRequest& request) override;

 private:
  crypto::KeyDirectory keys_;
};

}  // namespace latchkey::pages
