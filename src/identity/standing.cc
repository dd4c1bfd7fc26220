#include "latchkey/identity/standing.h"

#include <utility>

#include "latchkey/crypto/password.h"
#include "latchkey/store/accounts.h"
#include "owner_check.h"

namespace latchkey::identity {
namespace {

// The refusal, with what the provider said last: the administrator asks why.
model::Decision with_last_answer(model::Decision refusal, store::Store& store,
                                 const model::Account& account) {
  const auto membership = store.memberships().find(account.id);
  if (!membership || membership->detail.empty()) return refusal;
  return model::refuse(refusal.reason(), refusal.detail() + ": " + membership->detail).error();
}

// What the watch over the users file will find at the next request, without writing it down. Of a
// machine user, the store knows whether its owner was still there at the last one.
model::Step<void> check_users_file(const std::string& users_file, const store::Owner& owner,
                                   const model::Account& account) {
  if (owner.kind != store::OwnerKind::kLocal || users_file.empty()) return {};
  const auto users = crypto::PasswordFile::load(users_file);
  if (!users) return unanswered(users.error());
  const std::string& name = account.profile.user_name;
  if (account.issuer != store::kLocalIssuer || users->entry_digest(name)) return {};
  return model::refuse(model::Reason::kAccountDisabled,
                       name + " is not in the users file any more");
}

Outcome local_users(const config::Config& config) {
  if (!config.local.users_file.empty()) return {};
  return fail(ErrorCode::kNotFound, "there are no local users");
}

}  // namespace

model::Step<store::Owner> standing_of(const config::Config& config, store::Store& store,
                                      const model::Account& account, Presents presents,
                                      TimePoint now) {
  const OwnerCheck check(config, store);
  store::Owner owner = store::owner_of(account);
  LK_CHECK(check.read_confirmed(owner));
  LK_CHECK(check_users_file(config.local.users_file, owner, account));
  LK_CHECK(check.alive(owner, local_users(config), now));
  model::Step<void> member = presents == Presents::kSession
                                 ? OwnerCheck::member(owner, now)
                                 : check.member_of_credential(owner, now);
  if (member) return owner;
  return std::unexpected(with_last_answer(std::move(member).error(), store, account));
}

}  // namespace latchkey::identity
