// A provider's endpoints and keys, out of the store or, when they are missing or old, out of the
// network. Shared by all workers through the store, so that one of them asks for all.
#pragma once

#include <string>

#include "latchkey/base/clock.h"
#include "latchkey/base/result.h"
#include "latchkey/config/config.h"
#include "latchkey/crypto/jwks.h"
#include "latchkey/provider/metadata.h"
#include "latchkey/remote/http_client.h"
#include "latchkey/store/provider_keys.h"

namespace latchkey::provider {

constexpr Seconds kMetadataRefreshAfter{3600};      // the housekeeper fetches it again then
constexpr Seconds kMetadataAgeMax{24 * 3600};       // what is older is believed no more
constexpr Seconds kUnknownKeyInterval{10};          // between fetches that an unknown key id causes

struct Published {
  Metadata metadata;
  crypto::KeyRing keys;
};

// Errors, for every verb: kUnavailable: the store, or too many calls at once. kRefused, kMalformed:
// the provider does not answer, or not acceptably. kConflict: it answers as another issuer than the
// configuration says, which waiting does not change.
class MetadataSource {
 public:
  // All of them outlive this object.
  MetadataSource(const config::Provider& settings, store::ProviderKeys& kept,
                 remote::HttpClient& client)
      : settings_(settings), kept_(kept), client_(client) {}

  // Returns what is kept, or fetches it when nothing is, or nothing young enough.
  Result<Published> current(TimePoint now);

  // Returns what is kept, however old. Asks no network. Errors: also kNotFound.
  Result<Metadata> kept();

  // Fetches the key set again because a token names a key that is not in it. At most one caller in
  // kUnknownKeyInterval is let through, so that invented key ids cannot make us flood a provider.
  Result<crypto::KeyRing> keys_again(TimePoint now);

  // Fetches both when they are older than kMetadataRefreshAfter. Returns when what is kept then was
  // fetched.
  Result<TimePoint> refresh(TimePoint now);

 private:
  Result<Published> fetch(TimePoint now);
  Result<std::string> get_json(const std::string& url);
  Result<Published> read(const std::string& discovery, const std::string& jwks) const;

  const config::Provider& settings_;
  store::ProviderKeys& kept_;
  remote::HttpClient& client_;
};

}  // namespace latchkey::provider
