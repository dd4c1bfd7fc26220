#include "token_reader.h"

#include <algorithm>
#include <utility>

#include "latchkey/wire/json.h"

namespace latchkey::identity {
namespace {

using model::Reason;

constexpr Seconds kSkew{60};  // how far the clocks of two of our machines may be apart

Result<TimePoint> not_before(const wire::Json& claims) {
  LK_TRY(const std::int64_t issued, claims.integer("iat"));
  if (!claims.has("nbf")) return from_unix(issued);
  LK_TRY(const std::int64_t begins, claims.integer("nbf"));
  return from_unix(std::max(issued, begins));
}

// Every claim is required: a token that lacks one was not written by us (M19).
Result<TokenClaims> claims_of(const crypto::VerifiedToken& token) {
  const wire::Json& claims = token.claims();
  LK_TRY(const std::string purpose, claims.string("token_use"));
  if (purpose != "credential") return fail(ErrorCode::kRefused, "a token of another kind");
  LK_TRY(std::string id, claims.string("jti"));
  LK_TRY(std::string account, claims.string("sub"));
  LK_TRY(std::string user_name, claims.string("uid"));
  LK_TRY(const TimePoint valid_from, not_before(claims));
  LK_TRY(const TimePoint expires, token.expires());
  if (!is_uuid(id) || account.empty() || user_name.empty()) {
    return fail(ErrorCode::kMalformed, "a claim that names nobody or nothing");
  }
  return TokenClaims{.credential = CredentialId(std::move(id)),
                     .account = AccountId(std::move(account)),
                     .user_name = std::move(user_name),
                     .valid_from = valid_from,
                     .expires = expires};
}

std::vector<std::string> names_of(const std::vector<config::SiteHost>& hosts) {
  std::vector<std::string> names;
  for (const config::SiteHost& host : hosts) names.push_back(host.name);
  return names;
}

}  // namespace

std::unexpected<model::Decision> bad_token(const Error& error) {
  const bool ours = error.code == ErrorCode::kInternal || error.code == ErrorCode::kUnavailable;
  return model::refuse(ours ? Reason::kInternal : Reason::kBadCredential, error.detail);
}

model::Step<void> check_times(TimePoint valid_from, TimePoint expires, std::string_view name,
                              TimePoint now) {
  if (now >= expires) return model::refuse(Reason::kExpiredCredential, std::string(name));
  if (now + kSkew >= valid_from) return {};
  return model::refuse(Reason::kBadCredential, "not yet valid");
}

TokenReader::TokenReader(const config::Config& config, crypto::KeyDirectory directory)
    : issuer_(config.site.url),
      audiences_(names_of(config.site.hosts)),
      directory_(std::move(directory)),
      cache_(config.cache.signatures) {}

Outcome TokenReader::reload_if_changed() {
  LK_TRY(const crypto::KeyStamp stamp, directory_.stamp());
  if (stamp_ == stamp) return {};
  // A key may be gone, and what it signed with it.
  cache_.clear();
  stamp_.reset();
  LK_TRY(ring_, directory_.public_keys());
  stamp_ = stamp;
  return {};
}

model::Step<const crypto::VerificationKey*> TokenReader::find_key(const KeyId& id, TimePoint now) {
  const crypto::VerificationKey* key = ring_.find(id);
  if (key != nullptr) return key;
  // Perhaps it was made within the second since the directory was looked at.
  if (Outcome fresh = reload_if_changed(); !fresh) {
    return model::refuse(Reason::kStoreUnavailable, fresh.error().detail);
  }
  looked_ = now;
  key = ring_.find(id);
  if (key != nullptr) return key;
  return model::refuse(Reason::kBadCredential, "a token by a key that is not ours");
}

model::Step<TokenClaims> TokenReader::verify(std::string_view text, TimePoint now) {
  const Result<crypto::UnverifiedToken> token =
      crypto::UnverifiedToken::parse(text, crypto::kTokenBytesMax, &last_header_);
  if (!token) return bad_token(token.error());
  if (token->type() != "JWT") return model::refuse(Reason::kBadCredential, "not of type JWT");
  LK_TRY(const crypto::VerificationKey* key, find_key(token->key_id(), now));
  const Result<crypto::VerifiedToken> verified = key->verify(*token);
  if (!verified) return bad_token(verified.error());
  Outcome meant_for_us = verified->check_issuer(issuer_);
  if (meant_for_us) meant_for_us = verified->check_audience(audiences_);
  if (!meant_for_us) return model::refuse(Reason::kWrongAudience, meant_for_us.error().detail);
  Result<TokenClaims> claims = claims_of(*verified);
  if (!claims) return bad_token(claims.error());
  return *std::move(claims);
}

model::Step<TokenClaims> TokenReader::read(std::string_view text, TimePoint now) {
  // Once a second is soon enough to notice a retired key, and keeps two stat(2) out of the rest.
  if (looked_ != now) {
    if (Outcome fresh = reload_if_changed(); !fresh) {
      return model::refuse(Reason::kStoreUnavailable, fresh.error().detail);
    }
    looked_ = now;
  }
  if (const TokenClaims* known = cache_.find(text)) return *known;
  LK_TRY(TokenClaims claims, verify(text, now));
  cache_.keep(text, claims);
  return claims;
}

}  // namespace latchkey::identity
