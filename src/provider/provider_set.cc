#include "latchkey/provider/provider_set.h"

#include "latchkey/provider/github.h"
#include "latchkey/provider/oidc.h"

namespace latchkey::provider {

ProviderSet::ProviderSet(const config::Config& config, store::ProviderKeys& kept,
                         remote::HttpClient& client) {
  for (const config::Provider& settings : config.providers) {
    switch (settings.type) {
      case config::ProviderType::kOidc:
      case config::ProviderType::kGitlab:
      case config::ProviderType::kGoogle:
        providers_.push_back(std::make_unique<Oidc>(settings, kept, client));
        break;
      case config::ProviderType::kGithub:
        providers_.push_back(std::make_unique<Github>(settings, client));
        break;
    }
  }
}

Provider* ProviderSet::find(std::string_view name) const {
  for (const auto& provider : providers_) {
    if (provider->name() == name) return provider.get();
  }
  return nullptr;
}

}  // namespace latchkey::provider
