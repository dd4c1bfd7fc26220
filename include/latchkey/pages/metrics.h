// /metrics, GET: figures of both pools, the store, the keys and the housekeeping, for Prometheus.
// Who may read them says [metrics]; the peer is the one that the web server saw.
#pragma once

#include <string>
#include <vector>

#include "latchkey/config/config.h"
#include "latchkey/crypto/key_directory.h"
#include "latchkey/pages/page.h"
#include "latchkey/store/store.h"
#include "latchkey/wire/network.h"

namespace latchkey::pages {

class MetricsPage final : public Page {
 public:
  // Both outlive the page.
  MetricsPage(const config::Config& config, store::Store& store);
  PageResult serve(const PageRequest& request) override;

 private:
  bool admits(const std::string& address) const;

  const config::Config& config_;
  store::Store& store_;
  const std::string store_path_;
  const crypto::KeyDirectory keys_;
  std::vector<wire::Network> allowed_;
};

}  // namespace latchkey::pages
