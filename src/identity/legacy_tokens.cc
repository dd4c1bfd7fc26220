#include "legacy_tokens.h"

#include <algorithm>
#include <utility>

#include "latchkey/crypto/public_key_file.h"
#include "token_reader.h"

namespace latchkey::identity {
namespace {

using model::Reason;

constexpr std::size_t kKnownMax = 1024;

// nexus-proxy took a token without `exp`, which would be good for ever. It never made one.
Result<LegacyClaims> claims_of(const crypto::VerifiedToken& token) {
  LegacyClaims claims;
  LK_TRY(claims.user_name, token.claims().string("uid"));
  LK_TRY(const std::int64_t issued, token.claims().integer("iat"));
  LK_TRY(claims.expires, token.expires());
  claims.issued = from_unix(issued);
  if (claims.user_name.empty()) return fail(ErrorCode::kMalformed, "an old token of nobody");
  return claims;
}

}  // namespace

LegacyTokens::LegacyTokens(const config::Legacy& settings)
    : settings_(settings), known_(kKnownMax) {}

bool LegacyTokens::taken(TimePoint now) const {
  return !settings_.public_key_file.empty() && now < settings_.until;
}

Outcome LegacyTokens::reload_if_changed() {
  LK_TRY(const crypto::FileStamp stamp, crypto::stamp_of(settings_.public_key_file));
  if (stamp_ == stamp) return {};
  known_.clear();
  key_.reset();
  stamp_.reset();
  LK_TRY(crypto::VerificationKey key, crypto::load_rs256_key(settings_.public_key_file));
  key_ = std::move(key);
  stamp_ = stamp;
  return {};
}

model::Step<LegacyClaims> LegacyTokens::verify(std::string_view text) {
  const Result<crypto::UnverifiedToken> token = crypto::UnverifiedToken::parse(text);
  if (!token) return model::refuse(Reason::kBadCredential, token.error().detail);
  if (token->type() != "JWT") return model::refuse(Reason::kBadCredential, "not of type JWT");
  const Result<crypto::VerifiedToken> verified = key_->verify(*token);
  if (!verified) return model::refuse(Reason::kBadCredential, verified.error().detail);
  // A token of ours would have both; with these it is judged by its record or not at all.
  if (verified->claims().has("jti") || verified->claims().has("token_use")) {
    return model::refuse(Reason::kBadCredential, "no token of nexus-proxy");
  }
  if (Outcome meant = verified->check_audience(settings_.audiences); !meant) {
    return model::refuse(Reason::kWrongAudience, meant.error().detail);
  }
  Result<LegacyClaims> claims = claims_of(*verified);
  if (!claims) return model::refuse(Reason::kBadCredential, claims.error().detail);
  return *std::move(claims);
}

model::Step<LegacyClaims> LegacyTokens::read(std::string_view text, TimePoint now) {
  if (Outcome fresh = reload_if_changed(); !fresh) {
    return model::refuse(Reason::kStoreUnavailable, fresh.error().detail);
  }
  const crypto::Digest digest = crypto::sha256(text);
  LegacyClaims claims;
  if (const LegacyClaims* const known = known_.find(digest)) {
    claims = *known;
  } else {
    LK_TRY(claims, verify(text));
    known_.keep(digest, claims);
  }
  LK_CHECK(check_times(claims.issued, claims.expires, "an old token", now));
  if (std::ranges::find(settings_.denied_users, claims.user_name) != settings_.denied_users.end() ||
      std::ranges::find(settings_.denied_tokens, digest.hex()) != settings_.denied_tokens.end()) {
    return model::refuse(Reason::kRevokedCredential, "an old token that [legacy] denies");
  }
  return claims;
}

}  // namespace latchkey::identity
