// What providers publish about themselves, kept so that no request waits for them and every worker
// sees a key change at once.
#pragma once

#include <string>
#include <string_view>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"

namespace latchkey::store {

class Connection;

struct PublishedByProvider {
  std::string discovery_json;  // as fetched; parse it again, a stored text is no proof
  std::string jwks_json;
  TimePoint fetched{};
};

enum class Refresh { kTaken, kTooSoon };

class ProviderKeys {
 public:
  explicit ProviderKeys(Connection& connection) : connection_(connection) {}

  // Errors: kNotFound: nothing was fetched yet; kUnavailable.
  Result<PublishedByProvider> get(std::string_view issuer);

  Outcome put(std::string_view issuer, std::string_view discovery_json, std::string_view jwks_json,
              TimePoint now);

  // Asks for leave to fetch: granted to one caller per `min_interval`, so that tokens with invented
  // key ids cannot make us flood the provider. Errors: kUnavailable.
  Result<Refresh> take_refresh(std::string_view issuer, TimePoint now, Seconds min_interval);

 private:
  Connection& connection_;
};

}  // namespace latchkey::store
