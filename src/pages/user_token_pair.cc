#include "user_token_pair.h"

#include <utility>
#include <variant>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/user_token.h"

namespace latchkey::pages {
namespace {

UserTokenPair with_pass_code(const crypto::Sealer& sealer, store::UserToken token, PairAge age) {
  SecretString code = crypto::pass_code(sealer, token.name_code, token.generation);
  return {.token = std::move(token), .pass_code = std::move(code), .age = age};
}

bool can_be_shown(const UserTokenPair& pair) {
  return crypto::sha256(pair.pass_code.reveal()) == pair.token.pass_hash;
}

// The pair that is there, or what a new one is to do to it.
using Found = std::variant<UserTokenPair, store::Renewal>;

Result<Found> find(const Parts& parts, const crypto::Sealer& sealer, const AccountId& owner,
                   PairWish wish, TimePoint now) {
  if (wish == PairWish::kRenewed) return store::Renewal::kReplace;
  Result<store::UserToken> there = parts.store.user_tokens().find(owner);
  if (!there && there.error().code == ErrorCode::kNotFound && wish == PairWish::kShownOrMade) {
    return store::Renewal::kKeep;
  }
  if (!there) return std::unexpected(there.error());
  LK_TRY(const store::UserTokenSettings settings,
         parts.store.user_tokens().settings(parts.config.user_token));
  // Before anything is replaced: what has ended stays so until its owner renews it.
  if (store::has_expired(there->created, settings, now)) {
    return fail(ErrorCode::kExpired, there->name_code);
  }
  UserTokenPair pair = with_pass_code(sealer, *std::move(there), PairAge::kOld);
  if (can_be_shown(pair)) return pair;
  if (wish == PairWish::kShown) return fail(ErrorCode::kConflict, pair.token.name_code);
  return store::Renewal::kReplace;
}

}  // namespace

Result<UserTokenPair> user_token_pair(const Parts& parts, const crypto::Sealer& sealer,
                                      const model::Account& owner, const UserTokenMaker& maker,
                                      PairWish wish, TimePoint now) {
  LK_TRY(Found found, find(parts, sealer, owner.id, wish, now));
  if (auto* const pair = std::get_if<UserTokenPair>(&found)) return std::move(*pair);
  const store::Renewal renewal = std::get<store::Renewal>(found);
  store::UserToken fresh;
  fresh.account = owner.id;
  fresh.name_code = crypto::make_name_code(parts.random);
  fresh.generation = crypto::make_generation(parts.random);
  fresh.pass_hash = crypto::sha256(
      crypto::pass_code(sealer, fresh.name_code, fresh.generation).reveal());
  fresh.created = now;
  fresh.created_by = maker.user_name;
  fresh.created_by_realm = maker.realm;
  // Somebody may have been quicker: then theirs is the pair.
  LK_TRY(store::UserToken stored, parts.store.user_tokens().make(fresh, owner.credential_epoch,
                                                                 renewal, maker.actor));
  const PairAge age = stored.name_code != fresh.name_code   ? PairAge::kOld
                      : renewal == store::Renewal::kReplace ? PairAge::kReplacement
                                                            : PairAge::kFirst;
  return with_pass_code(sealer, std::move(stored), age);
}

std::string reason_of(const UserTokenPair& pair) {
  switch (pair.age) {
    case PairAge::kOld: return "user_token_shown";
    case PairAge::kFirst: return "user_token_made";
    case PairAge::kReplacement: return "user_token_renewed";
  }
  return "user_token_shown";
}

}  // namespace latchkey::pages
