// For load balancers and supervisors: are we alive, can we do our work. Neither tells strangers
// more.
#pragma once

#include "latchkey/crypto/key_directory.h"
#include "latchkey/pages/page.h"
#include "latchkey/store/store.h"

namespace latchkey::pages {

// /healthz, GET: 200 whenever a worker can answer at all.
class HealthzPage final : public Page {
 public:
  PageResult serve(const PageRequest& request) override;
};

// /readyz, GET: 200 when the store answers and the keys can be read, else 503; the log says what is
// missing.
class ReadyzPage final : public Page {
 public:
  ReadyzPage(store::Store& store, crypto::KeyDirectory keys)
      : store_(store), keys_(std::move(keys)) {}
  PageResult serve(const PageRequest& request) override;

 private:
  store::Store& store_;
  crypto::KeyDirectory keys_;
};

}  // namespace latchkey::pages
