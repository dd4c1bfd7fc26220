#include "latchkey/provider/metadata_source.h"

#include <algorithm>

#include "calls.h"

namespace latchkey::provider {

Result<std::string> MetadataSource::get_json(const std::string& url) {
  LK_TRY(remote::HttpResponse response, client_.send(request_to(settings_, url)));
  if (response.status == 200) return std::move(response.body);
  return fail(ErrorCode::kRefused,
              "the provider answers " + std::to_string(response.status) + " to " + origin_of(url));
}

Result<Published> MetadataSource::read(const std::string& discovery,
                                       const std::string& jwks) const {
  Published out;
  LK_TRY(out.metadata, parse_metadata(discovery, settings_.issuer));
  LK_TRY(auto keys, crypto::keys_from_jwks(jwks, settings_.algorithms));
  out.keys = crypto::KeyRing(std::move(keys));
  return out;
}

Result<Published> MetadataSource::fetch(TimePoint now) {
  LK_TRY(const std::string discovery, get_json(metadata_url(settings_.issuer)));
  // Judged before its jwks_uri is asked: a document of another issuer names no URL for us.
  LK_TRY(const Metadata metadata, parse_metadata(discovery, settings_.issuer));
  LK_TRY(const std::string jwks, get_json(metadata.jwks_uri));
  LK_TRY(Published out, read(discovery, jwks));
  LK_CHECK(kept_.put(settings_.issuer, discovery, jwks, now));
  return out;
}

Result<Published> MetadataSource::current(TimePoint now) {
  const Result<store::PublishedByProvider> kept = kept_.get(settings_.issuer);
  if (!kept) {
    if (kept.error().code == ErrorCode::kNotFound) return fetch(now);
    return std::unexpected(kept.error());
  }
  if (now - kept->fetched > kMetadataAgeMax) return fetch(now);
  return read(kept->discovery_json, kept->jwks_json);
}

Result<Metadata> MetadataSource::kept() {
  LK_TRY(const store::PublishedByProvider kept, kept_.get(settings_.issuer));
  return parse_metadata(kept.discovery_json, settings_.issuer);
}

Result<crypto::KeyRing> MetadataSource::keys_again(TimePoint now) {
  LK_TRY(const store::Refresh leave,
         kept_.take_refresh(settings_.issuer, now, kUnknownKeyInterval));
  if (leave == store::Refresh::kTooSoon) {
    return fail(ErrorCode::kRefused,
                "a key that is not published; the keys were asked for just now");
  }
  LK_TRY(Published published, fetch(now));
  return std::move(published.keys);
}

Result<TimePoint> MetadataSource::refresh(TimePoint now) {
  const Result<store::PublishedByProvider> kept = kept_.get(settings_.issuer);
  if (!kept && kept.error().code != ErrorCode::kNotFound) return std::unexpected(kept.error());
  if (kept && now - kept->fetched < kMetadataRefreshAfter) return kept->fetched;
  LK_CHECK(fetch(now));
  return now;
}

}  // namespace latchkey::provider
