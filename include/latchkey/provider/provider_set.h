// The configured sign-in providers, in the order of the configuration.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "latchkey/config/config.h"
#include "latchkey/provider/provider.h"
#include "latchkey/remote/http_client.h"
#include "latchkey/store/provider_keys.h"

namespace latchkey::provider {

class ProviderSet {
 public:
  // All of them outlive the set.
  ProviderSet(const config::Config& config, store::ProviderKeys& kept, remote::HttpClient& client);

  // Returns the provider of that name, or null.
  Provider* find(std::string_view name) const;

  const std::vector<std::unique_ptr<Provider>>& all() const { return providers_; }

 private:
  std::vector<std::unique_ptr<Provider>> providers_;
};

}  // namespace latchkey::provider
