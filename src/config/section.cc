#include "config/section.h"

namespace latchkey::config {

std::vector<Section> all_sections() {
  return {site_section(), application_section(), host_section(), paths_section(),
          pool_section(), store_section(), session_section(), credential_section(),
          user_token_section(), device_section(), pages_section(), provider_section(),
          membership_section(), local_section(), certificate_section(), remote_user_section(),
          legacy_section(), ldap_section(), identity_section(), health_section(), cache_section(),
          path_section(), rule_section(), docker_section(), log_section(), audit_section(),
          metrics_section()};
}

void require(Reading& reading, const Node& table, std::string_view section,
             std::span<const Required> keys) {
  for (const auto& [key, example] : keys) {
    if (table.find(key) != nullptr) continue;
    place_of(reading, table, section, key)
        .wrong("is missing; write it, for example " + std::string(key) + " = " +
               std::string(example));
  }
}

}  // namespace latchkey::config
