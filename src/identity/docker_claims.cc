#include "docker_claims.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "latchkey/crypto/jwt.h"
#include "latchkey/wire/json.h"
#include "token_reader.h"

namespace latchkey::identity {
namespace {

using model::Reason;

Result<std::string> optional_string(const wire::Json& claims, std::string_view name) {
  if (!claims.has(name)) return std::string();
  return claims.string(name);
}

Result<std::shared_ptr<const model::DockerGrant>> grant_of(const wire::Json& claims,
                                                           const std::string& service) {
  auto grant = std::make_shared<model::DockerGrant>();
  grant->service = service;
  LK_TRY(const std::vector<wire::Json> accesses, claims.array("access"));
  for (const wire::Json& one : accesses) {
    wire::RegistryAccess access;
    LK_TRY(access.type, one.string("type"));
    LK_TRY(access.name, one.string("name"));
    LK_TRY(access.actions, one.strings("actions"));
    grant->access.push_back(std::move(access));
  }
  return grant;
}

Outcome read_owner(const wire::Json& claims, DockerClaims& read) {
  LK_TRY(read.user_name, claims.string("sub"));
  LK_TRY(std::string account, optional_string(claims, "account"));
  LK_TRY(std::string credential, optional_string(claims, "credential"));
  LK_TRY(read.user_token, optional_string(claims, "user_token"));
  read.account = AccountId(std::move(account));
  read.credential = CredentialId(std::move(credential));
  const bool of_both = !read.credential.empty() && !read.user_token.empty();
  if (of_both || read.user_name.empty() != read.account.empty()) {
    return fail(ErrorCode::kMalformed, "a token for somebody who is nobody");
  }
  if (read.account.empty() || !read.credential.empty()) return {};
  LK_TRY(read.session_epoch, claims.integer("session_epoch"));
  LK_TRY(read.credential_epoch, claims.integer("credential_epoch"));
  return {};
}

// An access token names its service as the audience; a refresh token is for ourselves, so that no
// registry ever takes it.
Result<DockerClaims> claims_of(const crypto::VerifiedToken& token, const std::string& issuer) {
  const wire::Json& claims = token.claims();
  DockerClaims read;
  LK_TRY(const std::string purpose, claims.string("token_use"));
  LK_TRY(const std::string audience, claims.string("aud"));
  if (purpose == "docker-access") {
    read.use = DockerUse::kAccess;
    read.service = audience;
    LK_TRY(read.grant, grant_of(claims, read.service));
  } else if (purpose == "docker-refresh" && audience == issuer) {
    read.use = DockerUse::kRefresh;
    LK_TRY(read.service, claims.string("service"));
  } else {
    return fail(ErrorCode::kRefused, "a token of another kind");
  }
  LK_CHECK(read_owner(claims, read));
  LK_TRY(const std::int64_t begins, claims.integer("nbf"));
  read.valid_from = from_unix(begins);
  LK_TRY(read.expires, token.expires());
  return read;
}

}  // namespace

DockerClaimsReader::DockerClaimsReader(const config::Config& config)
    : issuer_(config.site.url),
      keys_(config.credential.key_directory),
      known_(config.cache.signatures) {}

Outcome DockerClaimsReader::reload_if_changed() {
  LK_TRY(const crypto::FileStamp stamp, keys_.stamp());
  if (stamp_ == stamp) return {};
  // A key may be gone, and what it signed with it.
  known_.clear();
  stamp_.reset();
  LK_TRY(ring_, keys_.public_keys());
  stamp_ = stamp;
  return {};
}

model::Step<DockerClaims> DockerClaimsReader::verify(std::string_view text) {
  const Result<crypto::UnverifiedToken> token = crypto::UnverifiedToken::parse(text);
  if (!token) return bad_token(token.error());
  if (token->type() != "JWT") return model::refuse(Reason::kBadCredential, "not of type JWT");
  const crypto::VerificationKey* key = ring_.find(token->key_id());
  if (key == nullptr) {
    // Perhaps it was made within the second since the directory was looked at.
    if (Outcome fresh = reload_if_changed(); !fresh) {
      return model::refuse(Reason::kStoreUnavailable, fresh.error().detail);
    }
    key = ring_.find(token->key_id());
  }
  if (key == nullptr) {
    return model::refuse(Reason::kBadCredential, "a token by a key that is not ours");
  }
  const Result<crypto::VerifiedToken> verified = key->verify(*token);
  if (!verified) return bad_token(verified.error());
  if (Outcome ours = verified->check_issuer(issuer_); !ours) {
    return model::refuse(Reason::kWrongAudience, ours.error().detail);
  }
  Result<DockerClaims> claims = claims_of(*verified, issuer_);
  if (!claims) return bad_token(claims.error());
  return *std::move(claims);
}

model::Step<const DockerClaims*> DockerClaimsReader::read(std::string_view text, DockerUse use,
                                                          std::string_view service,
                                                          TimePoint now) {
  // Once a second is soon enough to notice a retired key, and keeps a stat(2) out of the rest.
  if (looked_ != now) {
    if (Outcome fresh = reload_if_changed(); !fresh) {
      return model::refuse(Reason::kStoreUnavailable, fresh.error().detail);
    }
    looked_ = now;
  }
  const DockerClaims* claims = known_.find(text);
  if (claims == nullptr) {
    LK_TRY(last_, verify(text));
    known_.keep(text, last_);
    claims = &last_;
  }
  if (claims->use != use) {
    return model::refuse(Reason::kBadCredential, "a token of the other kind for registries");
  }
  if (claims->service != service) {
    return model::refuse(Reason::kWrongAudience, "a token for another registry");
  }
  return claims;
}

}  // namespace latchkey::identity
