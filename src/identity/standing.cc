#include "latchkey/identity/standing.h"

#include <utility>

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

}  // namespace

model::Step<store::Owner> standing_of(const config::Config& config, store::Store& store,
                                      const model::Account& account, Presents presents,
                                      TimePoint now) {
  const OwnerCheck check(config, store);
  store::Owner owner = store::owner_of(account);
  LK_CHECK(check.alive(owner, {}, now));
  LK_CHECK(check.read_membership(owner));
  model::Step<void> member = presents == Presents::kSession
                                 ? OwnerCheck::member(owner, now)
                                 : check.member_of_credential(owner, now);
  if (member) return owner;
  return std::unexpected(with_last_answer(std::move(member).error(), store, account));
}

}  // namespace latchkey::identity
