#include "user_token_pair.h"

#include <utility>

#include "latchkey/crypto/digest.h"
#include "latchkey/crypto/user_token.h"

namespace latchkey::pages {
namespace {

SecretString pass_code_of(const crypto::Sealer& sealer, const store::UserToken& token) {
  return crypto::pass_code(sealer, token.name_code, token.generation);
}

bool can_be_shown(const UserTokenPair& pair) {
  return crypto::sha256(pair.pass_code.reveal()) == pair.token.pass_hash;
}

}  // namespace

Result<UserTokenPair> user_token_pair(store::Store& store, const crypto::Sealer& sealer,
                                      const model::Account& owner, const UserTokenMaker& maker,
                                      store::Renewal renewal, TimePoint now, Random& random) {
  if (renewal == store::Renewal::kKeep) {
    Result<store::UserToken> there = store.user_tokens().find(owner.id);
    if (!there && there.error().code != ErrorCode::kNotFound) {
      return std::unexpected(there.error());
    }
    if (there) {
      SecretString code = pass_code_of(sealer, *there);
      UserTokenPair pair{.token = *std::move(there), .pass_code = std::move(code)};
      if (can_be_shown(pair)) return pair;
      renewal = store::Renewal::kReplace;
    }
  }
  store::UserToken fresh;
  fresh.account = owner.id;
  fresh.name_code = crypto::make_name_code(random);
  fresh.generation = crypto::make_generation(random);
  fresh.pass_hash = crypto::sha256(pass_code_of(sealer, fresh).reveal());
  fresh.created = now;
  fresh.created_by = maker.user_name;
  fresh.created_by_realm = maker.realm;
  // Somebody may have been quicker: then theirs is the pair.
  LK_TRY(store::UserToken stored,
         store.user_tokens().make(fresh, owner.credential_epoch, renewal, maker.actor));
  SecretString code = pass_code_of(sealer, stored);
  return UserTokenPair{.token = std::move(stored), .pass_code = std::move(code)};
}

}  // namespace latchkey::pages
