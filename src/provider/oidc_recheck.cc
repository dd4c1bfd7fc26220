// Oidc::recheck: what an OpenID provider says of somebody by their refresh token.
#include <utility>

#include "calls.h"
#include "latchkey/provider/oidc.h"
#include "latchkey/provider/token_rules.h"

namespace latchkey::provider {
namespace {

bool demands_anything(const config::Provider& settings) {
  return !settings.allowed_groups.empty() || !settings.hosted_domains.empty() ||
         !settings.allowed_organizations.empty();
}

// Most providers give a new token each time, some never.
Outcome keep_new_token(const Grant& old, const Tokens& tokens, const KeepGrant& keep) {
  if (tokens.refresh_token.empty() || tokens.refresh_token.reveal() == old.token.reveal()) {
    return {};
  }
  return keep(refresh_grant(tokens));
}

}  // namespace

// The ID token of a refresh may be left out; if it is there, it is held to all that one must be
// held to, and to the person (M22).
Result<std::optional<crypto::VerifiedToken>> Oidc::refreshed_id_token(const Tokens& tokens,
                                                                      const Published& published,
                                                                      TimePoint now) {
  if (tokens.id_token.empty()) return std::nullopt;
  LK_TRY(const crypto::UnverifiedToken unverified,
         crypto::UnverifiedToken::parse(tokens.id_token.reveal(), crypto::kFetchedTokenBytesMax));
  LK_TRY(crypto::VerifiedToken verified, verify(tokens.id_token.reveal(), published.keys, now));
  LK_CHECK(check_refreshed_id_token(verified,
                                    {.issuer = settings_.issuer,
                                     .client_id = settings_.client_id,
                                     .nonce = {},
                                     .algorithm = unverified.algorithm(),
                                     .access_token = tokens.access_token.reveal(),
                                     .begun = now},
                                    now));
  return std::optional(std::move(verified));
}

Standing Oidc::standing_by(const Tokens& tokens, const std::string& subject,
                           const Published& published, TimePoint now) {
  const auto id_token = refreshed_id_token(tokens, published, now);
  if (!id_token) return unknown_standing(id_token.error());
  const wire::Json* const claims = *id_token ? &(*id_token)->claims() : nullptr;
  if (claims != nullptr && claims->string("sub").value_or("") != subject) {
    return lost("the ID token of the refresh is another person's");
  }
  Result<Claims> known = claims_of(claims, subject, published.metadata, tokens.access_token);
  if (known) return standing_of(settings_, *std::move(known));
  const bool nothing_said = known.error().code == ErrorCode::kNotFound;
  if (!nothing_said || demands_anything(settings_)) return unknown_standing(known.error());
  Standing standing;
  standing.kind = Standing::Kind::kMember;
  return standing;
}

Standing Oidc::recheck(const Grant& grant, const std::string& subject, const KeepGrant& keep,
                       TimePoint now) {
  const Result<Published> published = source_.current(now);
  if (!published) return unknown_standing(published.error());
  const Metadata& metadata = published->metadata;
  const auto tokens = ask_for_tokens({metadata.token_endpoint, metadata.token_authentication},
                                     {{"grant_type", "refresh_token"},
                                      {"refresh_token", std::string(grant.token.reveal())}},
                                     settings_, client_);
  if (!tokens) return standing_after(tokens.error());
  if (const Outcome kept = keep_new_token(grant, *tokens, keep); !kept) {
    return unknown_standing(kept.error());
  }
  return standing_by(*tokens, subject, *published, now);
}

}  // namespace latchkey::provider
