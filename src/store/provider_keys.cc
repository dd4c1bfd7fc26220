#include "latchkey/store/provider_keys.h"

#include "store/connection.h"
#include "store/sql.h"

namespace latchkey::store {

Result<PublishedByProvider> ProviderKeys::get(std::string_view issuer) {
  LK_TRY(Statement statement, connection_.prepare(sql::provider_keys_find));
  LK_CHECK(statement.bind(":issuer", issuer).step_to_row("provider's keys"));
  Columns columns(statement);
  return PublishedByProvider{columns.text(), columns.text(), columns.time()};
}

Outcome ProviderKeys::put(std::string_view issuer, std::string_view discovery_json,
                          std::string_view jwks_json, TimePoint now) {
  LK_TRY(Statement statement, connection_.prepare(sql::provider_keys_put));
  LK_CHECK(statement.bind(":issuer", issuer)
               .bind(":discovery", discovery_json)
               .bind(":jwks", jwks_json)
               .bind(":now", now)
               .run());
  return {};
}

Result<Refresh> ProviderKeys::take_refresh(std::string_view issuer, TimePoint now,
                                           Seconds min_interval) {
  LK_TRY(Statement statement, connection_.prepare(sql::provider_keys_take_refresh));
  LK_TRY(const std::int64_t changed, statement.bind(":issuer", issuer)
                                         .bind(":now", now)
                                         .bind(":latest_before", now - min_interval)
                                         .run());
  return changed > 0 ? Refresh::kTaken : Refresh::kTooSoon;
}

}  // namespace latchkey::store
