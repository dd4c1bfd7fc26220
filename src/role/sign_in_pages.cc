#include "latchkey/role/sign_in_pages.h"

namespace latchkey::role {
namespace {

std::optional<provider::LocalUsers> local_users(const SignInNeeds& needs) {
  const std::string& file = needs.config.local.users_file;
  if (file.empty()) return std::nullopt;
  const auto beat = needs.config.ldap ? RefusalBeat::Keep::kYes : RefusalBeat::Keep::kNo;
  return std::optional<provider::LocalUsers>(std::in_place, file, needs.store, needs.gate, beat);
}

std::optional<identity::DirectoryPasswords> passwords(const SignInNeeds& needs) {
  if (needs.directory == nullptr || !needs.config.ldap || !needs.config.ldap->sign_in) {
    return std::nullopt;
  }
  return identity::DirectoryPasswords(*needs.directory, needs.store, needs.gate);
}

}  // namespace

SignInPages::SignInPages(const SignInNeeds& needs)
    : paths_(needs.config.paths),
      providers_(needs.config, needs.store.provider_keys(), needs.client),
      local_(local_users(needs)),
      people_(needs.config, needs.store, needs.gate, needs.directory),
      passwords_(passwords(needs)),
      parts_{.config = needs.config,
             .hosts = needs.hosts,
             .store = needs.store,
             .resolver = needs.resolver,
             .random = needs.random,
             .sealer = needs.sealer,
             .providers = providers_,
             .people = people_,
             .local = local_.has_value() ? &*local_ : nullptr,
             .directory = passwords_.has_value() ? &*passwords_ : nullptr},
      login_(parts_),
      callback_(parts_),
      logout_(parts_),
      backchannel_logout_(parts_) {}

void SignInPages::add_routes(std::vector<pages::Route>& routes) {
  using pages::Below;
  routes.push_back({paths_.login, Below::kNo, {"GET", "POST"}, &login_});
  routes.push_back({paths_.callback, Below::kNo, {"GET", "POST"}, &callback_});
  routes.push_back({paths_.logout, Below::kNo, {"GET", "POST"}, &logout_});
  routes.push_back({paths_.backchannel_logout, Below::kNo, {"POST"}, &backchannel_logout_});
}

}  // namespace latchkey::role
